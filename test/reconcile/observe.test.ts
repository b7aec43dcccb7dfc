import { describe, expect, it } from 'vitest';
import { observeOurs, saysGone } from '../../src/keymgmt/reconcile/observe.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import type { Seen, VersionObservation } from '../../src/providers/observation.ts';
import type { KmsClient } from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';
import { creating, known, ready } from '../support/records.ts';
import { testRun } from '../support/run.ts';

const saw = (version: number, state: VersionObservation['state']): VersionObservation => ({
  ...{ of: 'version', version, place: HOME, state },
});
const seen = (versions: Seen['versions'], others: Seen['others'] = []): Seen => ({ versions, names: [], others });
const forbidden = { outcome: 'forbidden', why: 'not allowed', version: 2, place: HOME } as const;

describe('an answer that an object is gone', () => {
  it.each<[string, Seen, boolean]>([
    ['of one of several versions', seen([saw(1, 'enabled'), forbidden, saw(3, 'gone')]), true],
    ['of the container', seen([saw(1, 'enabled')], [{ of: 'container', id: 'c', state: 'gone' }]), true],
    ['of none', seen([saw(1, 'enabled'), forbidden, saw(3, 'pending_deletion')]), false],
    ['of nothing', seen([]), false],
    [
      'of a wrapping key, which is no part of the key',
      seen([], [{ of: 'wrapping_key', name: 'w', state: 'gone' }]),
      false,
    ],
    [
      'of one other thing beside a container that is there',
      seen(
        [],
        [
          { of: 'container', id: 'c', state: 'made' },
          { of: 'wrapping_key', name: 'w', state: 'gone' },
        ],
      ),
      false,
    ],
    [
      'of the container beside something else',
      seen(
        [],
        [
          { of: 'account', account: 'ours' },
          { of: 'container', id: 'c', state: 'gone' },
        ],
      ),
      true,
    ],
  ])('%s is told apart', (_of, answer, gone) => {
    expect(saysGone(answer)).toBe(gone);
  });
});

describe('what the KMS on record shows', () => {
  const record = known({ 1: ready('x', true), 2: creating('a'), 3: ready('z', true) }, { account: 'ours' });
  /** Observes with credentials of these accounts, one after the other. */
  const observed = async (
    accounts: readonly string[],
    answer: KmsClient['observe'],
    signal?: AbortSignal,
  ): Promise<{ readonly seen: Seen; readonly refreshed: readonly boolean[] }> => {
    const refreshed: boolean[] = [];
    const client: Partial<KmsClient> = {
      account: async (_signal, refresh = false) => accounts[refreshed.push(refresh) - 1],
      observe: answer,
    };
    const { run } = await testRun({ record, client });
    const context = signal ? { ...run.context, signal } : run.context;
    const loaded = { distribution: record, key: run.key, kms: run.kms };
    return { seen: await observeOurs(run.mount, context, run.ref, loaded), refreshed };
  };
  const unreachable = (why: unknown): Seen => {
    const unseen = { outcome: 'unreachable', place: HOME, why } as const;
    const versions = [1, 3].map((version) => ({ ...unseen, version }));
    return { versions, names: [unseen], others: [] } as unknown as Seen;
  };

  it('is its answer, and the account is asked for anew where it says that something is gone', async () => {
    const there = seen([saw(1, 'enabled')]);
    expect(await observed(['ours'], async () => there)).toEqual({ seen: there, refreshed: [false] });
    const gone = seen([saw(1, 'gone')]);
    expect(await observed(['ours', 'ours'], async () => gone)).toEqual({ seen: gone, refreshed: [false, true] });
  });

  it('is nothing where the credentials have become those of another account', async () => {
    const why = expect.stringContaining('credentials of account another') as unknown;
    expect(await observed(['another'], () => Promise.reject(new Error('asked')))).toMatchObject({
      seen: unreachable(why),
    });
    const { seen: late } = await observed(['ours', 'another'], async () => seen([saw(1, 'gone')]));
    expect(late).toEqual(unreachable(why));
  });

  it('is nothing where it does not answer', async () => {
    const error = new ProviderError('unavailable', 'no answer', { call: 'DescribeKey' });
    expect((await observed(['ours'], () => Promise.reject(error))).seen).toEqual(unreachable('no answer'));
  });

  it('is not known where the request ends, or for a fault', async () => {
    const left = new Error('the client has left');
    const ended = new ProviderError('timeout', 'aborted', { call: 'DescribeKey' });
    await expect(observed(['ours'], () => Promise.reject(ended), AbortSignal.abort(left))).rejects.toBe(left);
    const fault = new Error('a fault');
    await expect(observed(['ours'], () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
