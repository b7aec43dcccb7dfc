import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fields, genericName, genericNameWithAt, matchAll, optionalParam } from '../../src/framework/index.ts';
import type { Json } from '../../src/logical/index.ts';
import { seedFrom } from '../support/seed.ts';
import { inputFor } from './arbitraries/client-input.ts';
import { capturesOf, pathPattern } from './arbitraries/path-pattern.ts';
import { patchAsk, toyAsk } from './arbitraries/toy.ts';
import { expectAgreement, type BackendAsk } from './backend-agreement.ts';
import { convert, expectedOf, type FieldAnswer, type FieldType } from './field-agreement.ts';
import { hasGo, startOracle, type Oracle } from './live-oracle.ts';
import { send, toyBackend, type ToyRequest } from './toy-backend.ts';

const RUNS = Number(process.env['FRAMEWORK_RUNS'] ?? 10_000);
const SEED = seedFrom('FRAMEWORK_SEED');
/** How many of the runs a kind of question gets. */
const share = (part: number): { seed: number; numRuns: number } => ({ seed: SEED, numRuns: Math.ceil(RUNS * part) });
const TIMEOUT = 600_000;

const GO = await hasGo();

if (!GO) {
  it.skip("needs Go, which builds Vault's framework (https://go.dev/dl); recorded answers are compared without", () =>
    undefined);
}

describe.runIf(GO)(`agrees with Vault's framework, live (seed ${SEED}, ${RUNS} runs)`, () => {
  let oracle: Oracle;
  beforeAll(async () => {
    process.stdout.write(`replay with FRAMEWORK_SEED=${SEED} FRAMEWORK_RUNS=${RUNS}\n`);
    oracle = await startOracle();
  }, TIMEOUT);
  afterAll(async () => {
    // There is none when it could not be built.
    await (oracle as Oracle | undefined)?.close();
  });

  it(
    'on what a field makes of what a client sends',
    async () => {
      const typed = (Object.keys(fields) as FieldType[]).map((type) =>
        fc.tuple(fc.constant(type), fc.option(inputFor(type), { nil: undefined, freq: 30 })),
      );
      await fc.assert(
        fc.asyncProperty(fc.oneof(...typed), defaultValue, async ([type, raw], value) => {
          const written = value[type] === undefined ? {} : { default: value[type] };
          const question = JSON.stringify({ type, ...written }).replace(
            /\}$/,
            raw === undefined ? '}' : `,"raw":${raw}}`,
          );
          const ask = { type, ...written, ...(raw === undefined ? {} : { raw: JSON.parse(raw) as Json }) };
          const ours = convert(ask);
          await oneAnswerAgrees(oracle, question, (answer) => {
            expect(ours).toEqual(expectedOf(ask, answer as FieldAnswer));
          });
        }),
        share(0.75),
      );
    },
    TIMEOUT,
  );

  it(
    'on which path serves a request, and what it captures',
    async () => {
      const edit = fc.constantFrom<((text: string) => string)[]>(
        (text) => text,
        (text) => `${text}/`,
        (text) => `${text}\n`,
        (text) => `a${text}`,
        (text) => Array.from(text).slice(1).join(''),
        (text) => Array.from(text).slice(0, -1).join(''),
      );
      const edits = fc.array(edit, { minLength: 3, maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(pathPattern(), edits), { minLength: 1, maxLength: 3 }), async (sampled) => {
          const paths = sampled.map(([{ pattern }]) => ({
            pattern,
            fields: Object.fromEntries(capturesOf(pattern).map((name) => [name, { type: 'string' as const }])),
            operations: { read: {} },
          }));
          const requested = sampled.flatMap(([{ texts }, changes]) =>
            texts.flatMap((text, index) => [text, changes[index]?.(text) ?? text]),
          );
          const requests = [...new Set(requested)].map((path) => ({ operation: 'read', path }));
          await expectSame(oracle, { backend: { help: '', paths }, requests });
        }),
        share(0.2),
      );
    },
    TIMEOUT,
  );

  it(
    'on help, OpenAPI documents, warnings, existence checks and patches',
    async () => {
      await fc.assert(
        fc.asyncProperty(toyAsk(), (ask) => expectSame(oracle, ask)),
        share(0.05),
      );
      await fc.assert(
        fc.asyncProperty(patchAsk(), (ask) => expectSame(oracle, ask)),
        share(0.05),
      );
    },
    TIMEOUT,
  );

  it('on the building blocks of patterns', async () => {
    const blocks = { genericName, genericNameWithAt, matchAll, optionalParam };
    expect(Object.fromEntries(Object.entries(blocks).map(([name, write]) => [name, write('x')]))).toEqual(
      await oracle.ask('{"blocks":"x"}'),
    );
  });
});

/** Defaults of the fields' own types; that of a time is no JSON. */
const defaultValue: fc.Arbitrary<Readonly<Partial<Record<FieldType, Json>>>> = fc.record(
  {
    string: fc.constantFrom('', 'a'),
    lowerCaseString: fc.constantFrom('', 'a'),
    nameString: fc.constantFrom('', 'a'),
    int: fc.integer({ min: -2, max: 2 }),
    int64: fc.integer({ min: -2, max: 2 }),
    float: fc.constantFrom(0, 1.5),
    bool: fc.boolean(),
    map: fc.constantFrom({}, { a: 1 }),
    kvPairs: fc.constantFrom({}, { a: 'b' }),
    slice: fc.constantFrom([], [1, 'a']),
    stringSlice: fc.constantFrom([], ['a']),
    commaStringSlice: fc.constantFrom([], ['a', 'b']),
    commaIntSlice: fc.constantFrom([], [1]),
    durationSecond: fc.constantFrom(0, 90, -90, 1.5, '72h', '-1m', '7d', '', 'x', '10'),
    signedDurationSecond: fc.constantFrom(0, 90, -90, 1.5, '72h', '-1m', '7d', '', 'x', '10'),
    header: fc.constantFrom({}, { A: ['b'] }),
  },
  { requiredKeys: [] },
);

/** Go panics over a pattern with `{2}`, which it takes for a capture where it documents the path. */
function isPanicOverBraces({ backend }: BackendAsk, { operation }: ToyRequest, answer: unknown): boolean {
  const panics = (answer as { panic?: string } | null)?.panic?.includes('nil pointer dereference') ?? false;
  return panics && operation === 'help' && backend.paths.some(({ pattern }) => /\{\d+\}/.test(pattern));
}

/** Expects that all requests to a toy are answered as Go's answers them. */
async function expectSame(oracle: Oracle, ask: BackendAsk): Promise<void> {
  const toy = toyBackend(ask.backend);
  const ours: unknown[] = [];
  for (const request of ask.requests) ours.push(await send(toy, request));
  const answers = (await oracle.ask(JSON.stringify(ask))) as readonly unknown[];
  for (const [index, request] of ask.requests.entries()) {
    if (isPanicOverBraces(ask, request, answers[index])) continue;
    const question = JSON.stringify({ backend: ask.backend, requests: [request] });
    const agree = (answer: unknown): void => {
      expectAgreement(ours[index], answer);
    };
    try {
      agree(answers[index]);
    } catch {
      await oneAnswerAgrees(oracle, question, (again) => {
        agree((again as readonly unknown[])[0]);
      });
    }
  }
}

/**
 * Where Go walks over a map, its answer is one of several: the first of two errors, the order of names in a warning.
 * Ours has to be one that it gives.
 */
async function oneAnswerAgrees(oracle: Oracle, question: string, agree: (answer: unknown) => void): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      agree(await oracle.ask(question));
      return;
    } catch (error) {
      if (attempt === 100) throw error;
    }
  }
}
