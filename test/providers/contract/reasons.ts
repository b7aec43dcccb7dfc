import { expect } from 'vitest';
import type { ProviderErrorReason } from '../../../src/providers/errors.ts';
import { HOME } from '../../../src/providers/step.ts';
import type { Fault, Trouble } from './cloud.ts';
import { driverCases } from './case.ts';
import { creating, desiredOf, failureOf, LIFE, live, picture, reach, type Stage } from './stage.ts';

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
    at.cloud.heal();
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

const TROUBLES: readonly Trouble[] = [...REFUSALS, 'lost_before', 'lost_after', 'garbled'];

/** Why a call failed, and what never fails. */
export const reasonCases = driverCases({
  ...each(false),
  ...each(true),

  'a step that is throttled once succeeds, or fails as throttled and may be taken again': async (at) => {
    await live(at, async (step) => {
      at.cloud.inject({ trouble: 'throttled', on: step.action, times: 1 });
      const error: unknown = await at.take(step).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      at.cloud.heal();
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
        () => client.create(creating(3), at.attempt(3), known.target(), signal),
        () => client.find(at.attempt(1), known.target(), signal),
        () => client.removeObject(cloud.unknownId, signal),
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
      cloud.heal();
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
      if (trouble === 'forbidden') expect(new Set(permissions.map(({ granted }) => granted))).toEqual(new Set(['no']));
      cloud.heal();
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

  'findByLabel finds what carries a label and is not pending deletion': async (at) => {
    await reach(at, desiredOf({ 1: true, 2: true }));
    await at.cloud.outside.makeObject();
    const search = async (): Promise<ReadonlySet<string>> => {
      const { found, incomplete } = await at.client.findByLabel('key_name', at.name, at.signal);
      expect(incomplete).toBeUndefined();
      for (const { labels } of found) expect(labels).toMatchObject({ key_name: at.name });
      return new Set(found.map(({ remoteId }) => remoteId));
    };
    expect(await search()).toEqual(new Set(at.known.objects));
    await at.cloud.outside.scheduleDeletion(at.known.objects[0] ?? '');
    expect(await search()).toEqual(new Set(at.known.objects.slice(1)));
  },

  'inspect tells whether an object was ever used, and its names': async (at) => {
    const { client, signal } = at;
    await at.take(creating(1));
    const id = at.known.objects[0] ?? '';
    expect(await client.inspect(id, signal)).toMatchObject({ state: 'unused', names: [], unreadable: [] });
    await reach(at, desiredOf({ 1: true }));
    const used = await client.inspect(id, signal);
    expect(used).toMatchObject({ state: 'used', labels: { key_name: at.name } });
    expect(used?.names?.join()).toContain(at.name);
    expect(used?.createdAt).toBeGreaterThan(1_500_000_000_000);
    await at.cloud.outside.dropMaterial(id);
    expect(await client.inspect(id, signal)).toMatchObject({ state: 'used' });
    await at.cloud.outside.scheduleDeletion(id);
    expect(await client.inspect(id, signal)).toMatchObject({ state: 'pending_deletion' });
  },
});
