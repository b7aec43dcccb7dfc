import { describe, expect, it } from 'vitest';
import { findAttempt, objections, type AttemptSearch } from '../../src/keymgmt/orphans/find-attempt.ts';
import { versionLabels } from '../../src/keymgmt/records/labels.ts';
import type { Observation } from '../../src/providers/observation.ts';
import {
  ATTEMPT_LABEL,
  type Candidate,
  type KmsClient,
  type ObjectFacts,
  type Search,
} from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';

const ACCOUNT = '111122223333';
const SINCE = '2026-01-01T00:00:00Z';
const WINDOW = 5 * 60_000;
const labels = versionLabels('mount', { kms: 'aws', key: 'k' }, 'k-1', 1);
const attempt = { attempt: 'a', version: 1, distributedName: 'k-1', labels, since: SINCE, account: ACCOUNT };

/** What a KMS says of the attempt's own object, which nobody has used. */
const facts: ObjectFacts = {
  account: ACCOUNT,
  labels: { ...labels, [ATTEMPT_LABEL]: 'a' },
  names: [],
  createdAt: Date.parse(SINCE),
  state: 'unused',
  unreadable: [],
};

describe('an object with the label of a lost attempt', () => {
  it('is proven to be its own where all that has to be known says so', () => {
    expect(objections(facts, attempt, WINDOW)).toEqual([]);
  });

  it.each<[string, Partial<ObjectFacts>, string]>([
    ['was used', { state: 'used' }, 'it holds or held key material, or takes none'],
    ['is pending deletion', { state: 'pending_deletion' }, 'it holds or held key material, or takes none'],
    ['does not show its state', { state: undefined }, 'its state may not be read'],
    ['does not show its labels', { labels: undefined }, 'its labels may not be read'],
    [
      'has labels of another key and attempt',
      { labels: { ...labels, 'vault-keymgmt-key': 'other', [ATTEMPT_LABEL]: 'b' } },
      `other labels (vault-keymgmt-key, ${ATTEMPT_LABEL})`,
    ],
    [
      'has no label of the version',
      { labels: { ...facts.labels, 'vault-keymgmt-version': '2' } },
      'other labels (vault-keymgmt-version)',
    ],
    ['does not show its names', { names: undefined }, 'its names may not be read'],
    ['has names', { names: ['alias/x', 'alias/y'] }, 'alias/x, alias/y points to it'],
    ['is older', { createdAt: Date.parse(SINCE) - WINDOW - 1 }, 'it was not made within 5 minutes of the attempt'],
    ['is newer', { createdAt: Date.parse(SINCE) + WINDOW + 1 }, 'it was not made within 5 minutes of the attempt'],
    ['does not show its age', { createdAt: undefined }, 'it was not made within 5 minutes of the attempt'],
    ['is in another account', { account: '999999999999' }, `it is in account 999999999999, not ${ACCOUNT}`],
  ])('that %s is not', (_how, changed, objection) => {
    expect(objections({ ...facts, ...changed }, attempt, WINDOW)).toEqual([objection]);
  });

  it('may have been made by a clock that is a window ahead or behind', () => {
    for (const apart of [-WINDOW, WINDOW]) {
      expect(objections({ ...facts, createdAt: Date.parse(SINCE) + apart }, attempt, WINDOW)).toEqual([]);
    }
  });

  it('may be in any account where one of the two is not known', () => {
    expect(objections({ ...facts, account: undefined }, attempt, WINDOW)).toEqual([]);
    expect(objections({ ...facts, account: 'x' }, { ...attempt, account: undefined }, WINDOW)).toEqual([]);
  });

  it('that nothing can be read of has every objection but that of the account', () => {
    const nothing = { account: undefined, labels: undefined, names: undefined, createdAt: undefined, state: undefined };
    expect(objections({ ...nothing, unreadable: [] }, attempt, WINDOW)).toHaveLength(4);
  });
});

describe('the search for the object of a lost attempt', () => {
  const seen = (id: string): readonly Observation[] => [
    { of: 'version', version: 1, place: HOME, id, state: 'created' },
  ];
  const candidates = (...ids: readonly string[]): Candidate[] => ids.map((id) => ({ id, seen: seen(id) }));
  const search = async (
    found: Search,
    objects: Readonly<Record<string, ObjectFacts>> = {},
    owned: readonly string[] = [],
  ): Promise<{ readonly result: AttemptSearch; readonly inspected: readonly string[] }> => {
    const inspected: string[] = [];
    const client: Pick<KmsClient, 'find' | 'inspect'> = {
      find: async () => found,
      inspect: async (id) => {
        inspected.push(id);
        return objects[id];
      },
    };
    const options = { owned, target: undefined, windowMs: WINDOW };
    const result = await findAttempt(client as KmsClient, attempt, options, new AbortController().signal);
    return { result, inspected };
  };
  const found = (...ids: readonly string[]): Search => ({ outcome: 'found', candidates: candidates(...ids) });

  it.each<[Search, AttemptSearch]>([
    [{ outcome: 'absent' }, { outcome: 'absent' }],
    [
      { outcome: 'proven', seen: seen('x') },
      { outcome: 'proven', seen: seen('x') },
    ],
    [
      { outcome: 'unknown', why: 'not allowed' },
      { outcome: 'unknown', why: 'not allowed', suspects: [] },
    ],
    [
      { outcome: 'unknown', why: 'too many', remoteIds: ['x'] },
      { outcome: 'unknown', why: 'too many', suspects: ['x'] },
    ],
    [{ outcome: 'found', candidates: [] }, { outcome: 'absent' }],
  ])('that the driver can answer alone inspects nothing (%o)', async (answer, result) => {
    expect(await search(answer)).toEqual({ result, inspected: [] });
  });

  it('gives the one object that is proven, with the account that it is in', async () => {
    const { result } = await search(found('x'), { x: facts });
    expect(result).toEqual({ outcome: 'proven', id: 'x', seen: [{ of: 'account', account: ACCOUNT }, ...seen('x')] });
    const { result: unnamed } = await search(found('x'), { x: { ...facts, account: undefined } });
    expect(unnamed).toEqual({ outcome: 'proven', id: 'x', seen: seen('x') });
  });

  it('gives the one that is proven beside others that are not', async () => {
    const { result } = await search(found('y', 'x'), { x: facts, y: { ...facts, state: 'used' } });
    expect(result).toMatchObject({ outcome: 'proven', seen: [{ of: 'account' }, { id: 'x' }] });
  });

  it('gives none of several that are proven', async () => {
    const { result } = await search(found('x', 'y'), { x: facts, y: facts });
    expect(result).toEqual({
      outcome: 'unknown',
      why: 'several unused objects carry its label',
      suspects: ['x', 'y'],
    });
  });

  it('gives none that belongs to another version', async () => {
    const { result } = await search(found('x'), { x: facts }, ['x']);
    expect(result).toEqual({
      outcome: 'unknown',
      why: 'not proven to be unused and ours: x: it belongs to another version',
      suspects: ['x'],
    });
  });

  it('names all objects that are not proven, each with what is held against it', async () => {
    const { result } = await search(found('x', 'y'), { x: { ...facts, state: 'used', names: undefined } });
    expect(result).toEqual({
      outcome: 'unknown',
      why:
        'not proven to be unused and ours: x: it holds or held key material, or takes none, its names may not be read; ' +
        'y: the KMS does not describe it',
      suspects: ['x', 'y'],
    });
  });

  it('takes what is pending deletion for absent', async () => {
    const { result } = await search(found('x'), { x: { ...facts, state: 'pending_deletion' } });
    expect(result).toEqual({ outcome: 'absent' });
  });

  it('looks at ten objects, and names the others all the same', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `x${index}`);
    const { result, inspected } = await search(found(...ids), { x11: facts });
    expect(inspected).toEqual(ids.slice(0, 10));
    expect(result).toMatchObject({ outcome: 'unknown', suspects: ids });
  });
});
