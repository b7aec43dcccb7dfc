import { expect } from 'vitest';
import type { ProviderErrorReason } from '../../../src/providers/errors.ts';
import { HOME } from '../../../src/providers/step.ts';
import type { Fault, Trouble } from './cloud.ts';
import { driverCases } from './case.ts';
import { desiredOf, failureOf, LIFE, live, make, picture, reach, type Stage } from './stage.ts';

const REFUSALS = ['forbidden', 'throttled', 'unauthenticated'] as const satisfies readonly Trouble[];

/** Each step fails for a reason while the fault lasts, changes nothing, and succeeds afterwards. */
async function expectReason(at: Stage, reason: ProviderErrorReason, trouble: Trouble, all: boolean): Promise<void> {
  await live(at, async (step) => {
    const before = await picture(at);
    const fault: Fault = all ? { trouble } : { trouble, on: step.action };
    at.cloud.inject(fault);
    const {
      reason: given,
      ambiguous,
      message,
      call,
    } = await failureOf(
      step.action === 'create'
        ? at.client.create(step, at.attempt(step.version), at.known.target(), at.signal)
        : at.perform(step),
      step.action,
    );
    await at.cloud.heal();
    expect({ step, reason: given, ambiguous }).toEqual({ step, reason, ambiguous: false });
    expect(message).not.toBe('');
    expect(call).not.toBe('');
    expect(await picture(at)).toEqual(before);
    return false;
  });
}

const each = (all: boolean): Readonly<Record<string, (at: Stage) => Promise<void>>> =>
  Object.fromEntries(
    REFUSALS.map((reason) => [
      `${all ? 'every request' : 'the change'} ${reason}: each step fails as ${reason} and changes nothing`,
      (at: Stage) => expectReason(at, reason, reason, all),
    ]),
  );

/** Ids of what carries the distributed name as a label, of a search that looked everywhere. */
async function idsOfLabel(at: Stage): Promise<ReadonlySet<string>> {
  const { found, incomplete } = await at.client.findByLabel('key_name', at.name, at.signal);
  expect(incomplete).toBeUndefined();
  for (const { labels } of found) expect(labels).toMatchObject({ key_name: at.name });
  return new Set(found.map(({ remoteId }) => remoteId));
}

const TROUBLES: readonly Trouble[] = [...REFUSALS, 'lost_before', 'lost_after', 'garbled'];

/** Why a call failed, and what never fails. */
export const reasonCases = [
  ...driverCases({
    ...each(false),
    ...each(true),

    'a step that is throttled once succeeds, or fails as throttled and may be taken again': async (at) => {
      await live(at, async (step) => {
        at.cloud.inject({ trouble: 'throttled', on: step.action, times: 1 });
        const error: unknown = await at.take(step).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        await at.cloud.heal();
        if (error === undefined) return true;
        expect(error).toMatchObject({ name: 'ProviderError', reason: 'throttled', ambiguous: false });
        return false;
      });
    },

    'only ProviderErrors leave, whatever happens to the requests': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      const { client, signal, known, cloud } = at;
      const id = known.objects[0] ?? '';
      for (const trouble of TROUBLES) {
        cloud.inject({ trouble });
        for (const call of [
          () => client.create(at.creating(3), at.attempt(3), known.target(), signal),
          () => client.find(at.attempt(1), known.target(), signal),
          () => client.removeObject(cloud.unknownId(at.name), signal),
          () => client.account(signal, true),
          () => client.readLabels(id, signal),
          () => client.inspect(id, signal),
        ]) {
          const error: unknown = await call().then(
            () => undefined,
            (reason: unknown) => reason,
          );
          if (error !== undefined) expect(error, trouble).toMatchObject({ name: 'ProviderError' });
        }
        await cloud.heal();
      }
    },

    'what only reads never fails, and says for all that it was asked why it does not know': async (at) => {
      await reach(at, LIFE[1] ?? desiredOf({ 1: true }));
      const { client, signal, known, cloud, name } = at;
      const before = await picture(at);
      for (const trouble of TROUBLES) {
        cloud.inject({ trouble });
        const outcome = trouble === 'forbidden' ? 'forbidden' : 'unreachable';
        const why = expect.stringMatching(/./) as string;
        const { versions, names } = await client.observe(known.target(), signal);
        expect({ trouble, versions, names }).toEqual({
          trouble,
          versions: [1, 2].map((version) => ({ version, place: HOME, outcome, why })),
          names: [{ place: HOME, outcome, why }],
        });
        expect(await client.observeName(known.target(), HOME, signal), trouble).toEqual({ outcome, why });
        expect(await client.surveyNames(signal), trouble).toEqual({ outcome, why });
        expect(await client.findByLabel('key_name', name, signal), trouble).toEqual({ found: [], incomplete: why });
        const { problem, permissions } = await client.probePermissions(signal);
        expect(problem !== undefined || permissions.every(({ granted }) => granted !== 'yes'), trouble).toBe(true);
        if (trouble === 'unauthenticated') expect(problem).toMatch(/./);
        await cloud.heal();
      }
      expect(await picture(at)).toEqual(before);
    },

    'probePermissions finds nothing wrong where nothing is, and changes nothing': async (at) => {
      await reach(at, desiredOf({ 1: true, 2: false }, 1));
      const before = await picture(at);
      const { problem, permissions } = await at.client.probePermissions(at.signal);
      expect(problem).toBeUndefined();
      expect(permissions.filter(({ granted }) => granted !== 'yes')).toEqual([]);
      expect(await picture(at)).toEqual(before);
    },

    'findByLabel finds what carries a label, and nothing that was removed': async (at) => {
      await reach(at, desiredOf({ 1: true, 2: true }));
      await at.cloud.outside.makeObject();
      expect(await idsOfLabel(at)).toEqual(new Set(at.known.objects));
      await reach(at, { present: false });
      expect(await idsOfLabel(at)).toEqual(new Set());
    },

    'inspect tells whose an object is, since when, and what leads to it': async (at) => {
      await reach(at, desiredOf({ 1: true }));
      const facts = await at.client.inspect(at.known.objects[0] ?? '', at.signal);
      expect(facts).toMatchObject({ state: 'used', labels: { key_name: at.name }, unreadable: [] });
      expect(facts?.names?.join()).toContain(at.name);
      expect(facts?.createdAt).toBeGreaterThan(1_500_000_000_000);
    },
  }),

  ...driverCases(
    {
      'a check that is refused says of each permission that it is not granted': async (at) => {
        at.cloud.inject({ trouble: 'forbidden' });
        const { permissions } = await at.client.probePermissions(at.signal);
        expect(new Set(permissions.map(({ granted }) => granted))).toEqual(new Set(['no']));
      },
    },
    'tried permissions',
  ),

  ...driverCases(
    {
      'findByLabel finds nothing that is pending deletion': async (at) => {
        await reach(at, desiredOf({ 1: true, 2: true }));
        await at.cloud.outside.scheduleDeletion(at.known.objects[0] ?? '');
        expect(await idsOfLabel(at)).toEqual(new Set(at.known.objects.slice(1)));
      },

      'inspect tells that an object is pending deletion': async (at) => {
        await reach(at, desiredOf({ 1: true }));
        const [id = ''] = at.known.objects;
        await at.cloud.outside.scheduleDeletion(id);
        expect(await at.client.inspect(id, at.signal)).toMatchObject({ state: 'pending_deletion' });
      },
    },
    'separate removal',
  ),

  ...driverCases(
    {
      'inspect tells whether an object was ever used': async (at) => {
        const { client, signal } = at;
        await make(at, 1);
        const [id = ''] = at.known.objects;
        expect(await client.inspect(id, signal)).toMatchObject({ state: 'unused', names: [], unreadable: [] });
        await reach(at, desiredOf({ 1: true }));
        await at.cloud.outside.dropMaterial(id);
        expect(await client.inspect(id, signal)).toMatchObject({ state: 'used' });
      },
    },
    'empty versions',
  ),
];
