import { beforeEach, describe, expect, it } from 'vitest';
import type { Mount } from '../../src/keymgmt/mount.ts';
import {
  checkIdentity,
  expectedAccount,
  pinAccount,
  refuseForeign,
  refuseOtherIdentity,
} from '../../src/keymgmt/reconcile/identity.ts';
import type { Distribution } from '../../src/keymgmt/records/distribution.ts';
import { kmsStore, type Kms } from '../../src/keymgmt/records/kms.ts';
import { versionLabels } from '../../src/keymgmt/records/labels.ts';
import { BackendError, inMemoryStorage, type BackendContext, type Storage } from '../../src/logical/index.ts';
import { ProviderError } from '../../src/providers/errors.ts';
import type { KmsClient, KmsDrivers, LabelAnswer } from '../../src/providers/port.ts';
import { keyedMutex } from '../../src/support/keyed-mutex.ts';
import { created, creating, known, ready } from '../support/records.ts';

const OURS = '111122223333';
const OTHER = '999999999999';
const ref = { kms: 'aws', key: 'k' };
const kms: Kms = { schema: 1, provider: 'awskms', key_collection: 'us-west-1', credentials: {} };
const labelled = (version?: number): LabelAnswer => ({
  outcome: 'seen',
  labels: versionLabels('mount', ref, 'any name', version),
});
const unknown: LabelAnswer = { outcome: 'unknown' };
const forbidden: LabelAnswer = { outcome: 'forbidden', why: 'no permission' };

/** What the KMS answers. */
let account: string | undefined;
let answers: Record<string, LabelAnswer>;
/** What it was asked. */
let asked: string[];
let endpoint: string;
let storage: Storage;
let abort: AbortController;
let context: BackendContext;
let mount: Mount;
let client: KmsClient;

const newClient = (): KmsClient => {
  const answering: Pick<KmsClient, 'account' | 'readLabels'> = {
    account: async (_signal, refresh = false) => {
      asked.push(refresh ? 'account anew' : 'account');
      return account;
    },
    readLabels: async (id) => {
      asked.push(`labels of ${id}`);
      return answers[id] ?? unknown;
    },
  };
  return answering as KmsClient;
};

beforeEach(() => {
  account = OURS;
  answers = {};
  asked = [];
  endpoint = 'aws';
  storage = inMemoryStorage();
  abort = new AbortController();
  context = { storage, signal: abort.signal } as BackendContext;
  client = newClient();
  const drivers = { awskms: { endpointOf: () => endpoint } } as unknown as KmsDrivers;
  const parts: Partial<Mount> = {
    id: 'mount',
    drivers,
    kms: kmsStore(),
    kmsLock: keyedMutex(),
    verified: new WeakMap(),
    clients: { use: (_name, _kms, task) => task(client), forget: () => undefined, forgetAll: () => undefined },
  };
  mount = parts as Mount;
});

const check = (distribution: Distribution, of: Kms = kms, refresh?: boolean): Promise<string> =>
  checkIdentity(mount, context, ref, { distribution, kms: of }, client, refresh);
const refusalOf = async (checked: Promise<unknown>): Promise<string> => {
  const error = await checked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderError);
  expect(error).toMatchObject({ reason: 'invalid_request', call: 'identity', ambiguous: false });
  return (error as ProviderError).message;
};

describe('the identity of a KMS', () => {
  it('is where requests go, and nothing is asked where nothing is on record to compare with', async () => {
    expect(await check(known({ 1: ready('x', true) }))).toBe('aws');
    expect(await check(known({ 1: ready('x', true) }, { endpoint: 'aws' }))).toBe('aws');
    expect(asked).toEqual([]);
  });

  it('is that of the record where the account is the same, which is asked for anew when it matters', async () => {
    const record = known({ 1: ready('x', true) }, { account: OURS });
    expect(await check(record)).toBe('aws');
    expect(await check(record, kms, true)).toBe('aws');
    expect(asked).toEqual(['account', 'account anew']);
  });

  it('is that of the record where the credentials, of another account for a while, are the right ones again', async () => {
    client = { ...client, account: async (_signal, refresh = false) => (refresh ? account : OTHER) };
    expect(await check(known({}, { account: OURS }))).toBe('aws');
    account = undefined;
    expect(await refusalOf(check(known({}, { account: OURS })))).toContain(OTHER);
  });

  it('is another one in another account', async () => {
    account = OTHER;
    expect(await refusalOf(check(known({}, { account: OURS })))).toBe(
      `KMS "aws" now has credentials of account ${OTHER}, but its keys are in account ${OURS}: ` +
        `write credentials of account ${OURS} to kms/aws`,
    );
  });

  it("is compared with the KMS's account where the key has no object yet", async () => {
    account = OTHER;
    expect(await refusalOf(check(known({ 1: creating('a') }), { ...kms, account: OURS }))).toContain(OTHER);
    // Objects without an account are of a release that did not ask.
    expect(await check(known({ 1: ready('x', true) }), { ...kms, account: OURS })).toBe('aws');
    expect(expectedAccount(known({}, { account: OTHER }), { ...kms, account: OURS })).toBe(OTHER);
  });

  describe('that does not name its account', () => {
    const versions = { 1: ready('v', true), 2: ready('w', true), 3: created('x'), 4: ready('y', true) };
    const record = known(versions, { account: OURS });
    beforeEach(() => {
      account = undefined;
    });

    it.each([
      ['shows its labels', labelled(2)],
      ['exists, though its labels may not be read', forbidden],
    ])('is shown by one of the three latest keys that %s', async (_how, answer) => {
      answers = { w: answer };
      expect(await check(record)).toBe('aws');
      expect(asked).toEqual(['account', 'labels of w']);
    });

    it('is not shown by earlier ones, and nothing more is asked', async () => {
      answers = { v: labelled(1) };
      expect(await refusalOf(check(record))).toBe(
        'KMS "aws" does not say which account its credentials belong to, and knows none of the latest keys of "k": ' +
          `write credentials of account ${OURS} to kms/aws`,
      );
      expect(asked).toEqual(['account', 'labels of w', 'labels of x', 'labels of y']);
    });

    it('has to do where there are no keys yet', async () => {
      expect(await check(known({ 1: creating('a') }, { account: OURS }))).toBe('aws');
      expect(asked).toEqual(['account']);
    });
  });

  describe('at another endpoint', () => {
    const record = known({ 1: ready('x', true), 2: created('y') }, { endpoint: 'http://former' });

    it('is the same where all keys are there with our labels', async () => {
      answers = { x: labelled(1), y: labelled(2) };
      expect(await check(record)).toBe('aws');
      expect(asked).toEqual(['labels of x', 'labels of y']);
    });

    it.each<[string, LabelAnswer, string]>([
      ['is not there', unknown, 'y: not found'],
      ['may not be read', forbidden, 'y: its labels may not be read, no permission'],
      ['is of another version', labelled(1), 'y: other labels (vault-keymgmt-version)'],
    ])('is not shown where one key %s', async (_how, answer, why) => {
      answers = { x: labelled(1), y: answer };
      const refusal = await refusalOf(check(record));
      expect(refusal).toContain('requests of KMS "aws" now go to aws, but the ids of key "k" are from http://former');
      expect(refusal).toContain(`(${why})`);
      expect(refusal).toContain('vault write -f <mount>/kms/aws/key/k/force-remove');
    });

    it('is not shown while the outcome of a creation is not known: it cannot be looked for at the former one', async () => {
      answers = { x: labelled(1) };
      const interrupted = known({ 1: ready('x', true), 2: creating('a') }, { endpoint: 'http://former' });
      expect(await refusalOf(check(interrupted))).toContain('version 2');
      expect(asked).toEqual([]);
    });
  });
});

describe('a request by another identity', () => {
  const loaded = { distribution: known({}, { account: OURS }), kms };
  const refuse = (refresh?: boolean): Promise<void> => refuseOtherIdentity(mount, context, ref, loaded, refresh);

  it('is refused as a mistake of the user', async () => {
    account = OTHER;
    const error = await refuse().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BackendError);
    expect((error as BackendError).message).toContain(`account ${OTHER}`);
  });

  it('is not refused where the identity is the same', async () => {
    await refuse();
    await refuse(true);
    expect(asked).toEqual(['account', 'account anew']);
  });

  it('is not refused because the KMS does not answer', async () => {
    const fails = new ProviderError('unavailable', 'no answer', { call: 'GetCallerIdentity' });
    client = { ...client, account: () => Promise.reject(fails) };
    await refuse();
  });

  it('ends with any other failure, and with the end of the request', async () => {
    client = { ...client, account: () => Promise.reject(new Error('a fault')) };
    await expect(refuse()).rejects.toThrow('a fault');
    client = { ...client, account: () => Promise.reject(new ProviderError('timeout', 'aborted', { call: 'x' })) };
    abort.abort(new Error('the client has left'));
    await expect(refuse()).rejects.toThrow('the client has left');
  });
});

describe('an object that is to be disabled or deleted', () => {
  const refuse = (id: string, version?: number, by = client): Promise<void> =>
    refuseForeign({ mount, ref, client: by, context }, id, version);

  it('is looked at once by each client', async () => {
    answers = { x: labelled(1) };
    await refuse('x', 1);
    await refuse('x', 1);
    expect(asked).toEqual(['labels of x']);
    await refuse('x', 1, newClient());
    expect(asked).toEqual(['labels of x', 'labels of x']);
  });

  it('is refused with the labels of another key, each time, and the refusal says what to do', async () => {
    answers = {
      x: { outcome: 'seen', labels: { ...versionLabels('mount', ref, 'k', 1), 'vault-keymgmt-key': 'other' } },
    };
    for (const _time of [1, 2]) {
      expect(await refusalOf(refuse('x', 1))).toBe(
        'x does not carry the labels of key "k" (vault-keymgmt-key), so it is not touched: label it again if it belongs ' +
          'to the key, or forget the distribution with: vault write -f <mount>/kms/aws/key/k/force-remove',
      );
    }
  });

  it('has the label of its version, and one that was replaced that of any', async () => {
    answers = { x: labelled(2) };
    expect(await refusalOf(refuse('x', 1))).toContain('(vault-keymgmt-version)');
    await refuse('x');
  });

  it('is taken for what the record says where its labels may not be read', async () => {
    answers = { x: forbidden };
    await refuse('x', 1);
    await refuse('x', 1);
    expect(asked).toEqual(['labels of x']);
  });

  it('is asked for again where it was not found: it may be there later', async () => {
    await refuse('x', 1);
    answers = { x: labelled(2) };
    expect(await refusalOf(refuse('x', 1))).toContain('x does not carry');
  });
});

describe('the account of the first object', () => {
  const stored = async (): Promise<string | undefined> => (await mount.kms.get(storage, 'aws'))?.account;

  it('is put on record with the KMS', async () => {
    await mount.kms.put(storage, 'aws', kms);
    expect(await pinAccount(mount, context, 'aws', OURS)).toBe(OURS);
    expect(await stored()).toBe(OURS);
  });

  it('is that of the record where another request was first', async () => {
    await mount.kms.put(storage, 'aws', { ...kms, account: OTHER });
    expect(await pinAccount(mount, context, 'aws', OURS)).toBe(OTHER);
    expect(await stored()).toBe(OTHER);
  });

  it('is not put on record where the KMS was deleted meanwhile', async () => {
    expect(await pinAccount(mount, context, 'aws', OURS)).toBe(OURS);
    expect(await stored()).toBeUndefined();
  });
});
