import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  ImportKeyMaterialCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  type KMSServiceException,
} from '@aws-sdk/client-kms';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { IamPolicy } from '../../dev/aws-kms/iam-policy.ts';
import { startKms, type Kms } from '../../dev/aws-kms/kms.ts';
import { wrappingKeyRing } from '../../dev/fake-cloud/wrapping-keys.ts';
import type { JsonObject, Response } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { systemClock } from '../../src/support/clock.ts';
import { allowing } from '../support/allowing.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { ALL_PERMISSIONS, DOCUMENTED_PERMISSIONS, OPTIONAL_PERMISSIONS } from '../support/documented-permissions.ts';
import { startEngine, type Engine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

const FOLDER = join(import.meta.dirname, '../../examples/iam');
const REGION = 'eu-west-2';
const ENGINE = { accessKeyId: 'AKIAENGINEENGINEENGI', secretAccessKey: 'engine-secret-engine-secret-engine-secre' };
const OTHER = { accessKeyId: 'AKIAOTHEROTHEROTHERO', secretAccessKey: 'other-secret-other-secret-other-secret-o' };
const APPLICATION = {
  accessKeyId: 'AKIAAPPLICATIONAPPLI',
  secretAccessKey: 'application-secret-application-secret-00',
};
const wrappingKeys = wrappingKeyRing();

const policyOf = (name: string): IamPolicy =>
  JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as IamPolicy;
const actionsOf = ({ Statement }: IamPolicy): readonly string[] => Statement.flatMap(({ Action }) => Action);
const without = (policy: IamPolicy, action: string): IamPolicy => ({
  ...policy,
  Statement: policy.Statement.map((statement) => ({
    ...statement,
    Action: [statement.Action].flat().filter((each) => each !== `kms:${action}`),
  })),
});
/** What the examples say for the account, and for the mount. */
const [ACCOUNT = ''] = /\d{12}/.exec(JSON.stringify(policyOf('minimum'))) ?? [];
const [MOUNT = ''] = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(JSON.stringify(policyOf('by-tag'))) ?? [];

interface World {
  readonly kms: Kms;
  readonly engine: Engine;
  /** A user of the account. */
  readonly client: (user: typeof ENGINE) => KMSClient;
}

/** The engine with a policy, in an account with another user, who may do everything, and an application. */
async function worldWith(policy: IamPolicy): Promise<World> {
  const accessKeys = [{ ...ENGINE, policy }, OTHER, { ...APPLICATION, policy: policyOf('application') }].map(
    (user) => ({ ...user, account: ACCOUNT }),
  );
  const kms = await startKms({ accessKeys, wrappingKeys });
  onTestFinished(() => kms.close());
  const retry = { clock: systemClock, random: () => 0.5, wait: async () => undefined };
  const awskms = awsDriver({ env: allowing(kms.url), retry });
  const engine = await startEngine({ drivers: { ...modelCloud().drivers, awskms }, backendUUID: MOUNT });
  const { accessKeyId: access_key, secretAccessKey: secret_key } = ENGINE;
  const credentials = { access_key, secret_key, endpoint: kms.url };
  await engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
  await engine.write('key/app', { ...AES, deletion_allowed: true });
  return {
    kms,
    engine,
    client(credentials) {
      const client = new KMSClient({ region: REGION, endpoint: kms.url, credentials });
      onTestFinished(() => {
        client.destroy();
      });
      return client;
    },
  };
}

/** The life of a key in a KMS, in order. */
const VERBS: Readonly<Record<string, (engine: Engine) => Promise<Response | undefined>>> = {
  distribute: (engine) => engine.write('kms/aws/key/app', PURPOSE),
  rotate: (engine) => engine.write('key/app/rotate'),
  disable: (engine) => engine.write('key/app', { min_enabled_version: 2 }),
  enable: (engine) => engine.write('key/app', { min_enabled_version: 1 }),
  remove: (engine) => engine.request('delete', 'kms/aws/key/app'),
};

/** Goes on up to the first verb that fails. @returns that, and its error */
async function firstFailure({ engine }: World): Promise<{ readonly verb?: string; readonly error?: string }> {
  for (const [verb, run] of Object.entries(VERBS)) {
    const error = await engine.errorOf(run(engine));
    if (error !== undefined) return { verb, error };
  }
  return {};
}

/** The verb that fails without a permission. */
const NEEDED_BY: Readonly<Record<string, string>> = {
  CreateKey: 'distribute',
  TagResource: 'distribute',
  GetParametersForImport: 'distribute',
  ImportKeyMaterial: 'distribute',
  CreateAlias: 'distribute',
  UpdateAlias: 'rotate',
  DisableKey: 'disable',
  EnableKey: 'enable',
  DeleteAlias: 'remove',
  ScheduleKeyDeletion: 'remove',
  // Whose the alias is; until then it is only made and moved.
  ListAliases: 'remove',
};

describe.each(['minimum', 'full', 'by-tag'])('examples/iam/%s.json', (name) => {
  it('allows what the engine uses, and nothing else', () => {
    const expected = name === 'minimum' ? DOCUMENTED_PERMISSIONS : ALL_PERMISSIONS;
    const allowed = new Set(actionsOf(policyOf(name)));
    expect([...allowed].sort()).toEqual(expected.map((action) => `kms:${action}`).sort());
  });

  it('suffices for the whole life of a key', async () => {
    const world = await worldWith(policyOf(name));
    expect(await firstFailure(world)).toEqual({});
    expect(world.kms.keys(REGION, ACCOUNT).map(({ state }) => state)).toEqual(['PendingDeletion', 'PendingDeletion']);
    const denied = world.kms.calls().filter(({ outcome }) => outcome === 'AccessDeniedException');
    const expected = name === 'minimum' ? OPTIONAL_PERMISSIONS : [];
    expect(denied.filter(({ action }) => !expected.includes(action))).toEqual([]);
  });

  it.each(DOCUMENTED_PERMISSIONS)('needs kms:%s, and the error says so', async (action) => {
    const { verb, error } = await firstFailure(await worldWith(without(policyOf(name), action)));
    expect(verb).toBe(NEEDED_BY[action]);
    expect(error).toContain(`kms:${action}`);
  });
});

describe('the permissions of examples/iam/full.json that the minimum has not', () => {
  it.each(OPTIONAL_PERMISSIONS)('kms:%s: without it a key lives as before', async (action) => {
    expect(await firstFailure(await worldWith(without(policyOf('full'), action)))).toEqual({});
  });

  it('kms:DescribeKey lets status see each KMS key', async () => {
    const verdict = async (policy: IamPolicy): Promise<unknown> => {
      const { engine } = await worldWith(policy);
      await VERBS['distribute']?.(engine);
      return (await engine.read('kms/aws/key/app/status'))?.['verdict'];
    };
    expect(await verdict(policyOf('full'))).toBe('in_sync');
    expect(await verdict(without(policyOf('full'), 'DescribeKey'))).toBe('forbidden');
  });

  it.each(['ListKeys', 'ListResourceTags'])('kms:%s lets status find unrecorded KMS keys', async (action) => {
    const unrecorded = async (policy: IamPolicy): Promise<JsonObject | undefined> => {
      const { engine, client } = await worldWith(policy);
      const tag = { TagKey: 'vault-keymgmt-mount', TagValue: MOUNT };
      await client(OTHER).send(new CreateKeyCommand({ Origin: 'EXTERNAL', Tags: [tag] }));
      return engine.read('kms/aws/status');
    };
    expect((await unrecorded(policyOf('full')))?.['unrecorded_objects']).toHaveLength(1);
    const partial = await unrecorded(without(policyOf('full'), action));
    expect(partial?.['unrecorded_objects'] ?? []).toEqual([]);
  });
});

describe('what check says', () => {
  const check = async (policy: IamPolicy): Promise<JsonObject | undefined> =>
    (await (await worldWith(policy)).engine.write('kms/aws/check'))?.data;

  it('of the minimum: the optional ones are missing', async () => {
    const optional = OPTIONAL_PERMISSIONS.map((action) => `kms:${action}`);
    expect(await check(policyOf('minimum'))).toMatchObject({ ok: true, missing_optional_permissions: optional });
  });

  it('of the full policy: nothing is missing', async () => {
    expect(await check(policyOf('full'))).toMatchObject({ ok: true, missing_optional_permissions: [] });
  });

  it('of a policy by tag: its probes have no tags, so that it cannot tell', async () => {
    expect(await check(policyOf('by-tag'))).toMatchObject({ ok: false });
  });
});

describe('what the policies deny to whoever has the credentials of the engine', () => {
  const denied = async (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'allowed',
      (error: unknown) => (error as KMSServiceException).name,
    );

  it.each(['minimum', 'full', 'by-tag'])('%s: other material, other wrapping, other aliases, any use', async (name) => {
    const world = await worldWith(policyOf(name));
    await VERBS['distribute']?.(world.engine);
    const [key] = world.kms.keys(REGION, ACCOUNT);
    const [alias = ''] = Object.keys(world.kms.aliases(REGION, ACCOUNT));
    const client = world.client(ENGINE);
    const KeyId = key?.id ?? '';
    const expiring = { ExpirationModel: 'KEY_MATERIAL_EXPIRES', ValidTo: new Date('2027-01-01') } as const;
    const bytes = Buffer.of(0);
    const attempts = {
      'a key of AWS': client.send(new CreateKeyCommand({ Tags: tags(MOUNT) })),
      'OAEP with SHA-1': client.send(
        new GetParametersForImportCommand({
          KeyId,
          WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
          WrappingKeySpec: 'RSA_4096',
        }),
      ),
      'material that expires': client.send(
        new ImportKeyMaterialCommand({ KeyId, ImportToken: bytes, EncryptedKeyMaterial: bytes, ...expiring }),
      ),
      'another alias': client.send(new CreateAliasCommand({ AliasName: 'alias/payments', TargetKeyId: KeyId })),
      encryption: client.send(new EncryptCommand({ KeyId: alias, Plaintext: bytes })),
      decryption: client.send(new DecryptCommand({ KeyId, CiphertextBlob: bytes })),
    };
    for (const [what, call] of Object.entries(attempts)) {
      expect(await denied(call), what).toBe('AccessDeniedException');
    }
  });

  it('by-tag: KMS keys of others', async () => {
    const deletion = async (name: string): Promise<string> => {
      const { client } = await worldWith(policyOf(name));
      const { KeyMetadata } = await client(OTHER).send(new CreateKeyCommand({}));
      return denied(client(ENGINE).send(new ScheduleKeyDeletionCommand({ KeyId: KeyMetadata?.KeyId })));
    };
    expect(await deletion('full')).toBe('allowed');
    expect(await deletion('by-tag')).toBe('AccessDeniedException');
  });

  it('by-tag: KMS keys without the tag of the mount', async () => {
    const client = (await worldWith(policyOf('by-tag'))).client(ENGINE);
    const create = (mount: string): Promise<unknown> =>
      client.send(new CreateKeyCommand({ Origin: 'EXTERNAL', Tags: tags(mount) }));
    expect(await denied(create('another'))).toBe('AccessDeniedException');
    expect(await denied(create(MOUNT))).toBe('allowed');
  });
});

describe('examples/iam/application.json', () => {
  it('encrypts by the alias, decrypts what any version has encrypted, and does nothing else', async () => {
    const { engine, client, kms } = await worldWith(policyOf('minimum'));
    await VERBS['distribute']?.(engine);
    const application = client(APPLICATION);
    const [alias = ''] = Object.keys(kms.aliases(REGION, ACCOUNT));
    const encrypted = await application.send(new EncryptCommand({ KeyId: alias, Plaintext: Buffer.from('before') }));
    await VERBS['rotate']?.(engine);
    const { CiphertextBlob } = encrypted;
    const { Plaintext } = await application.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('before');

    await engine.write('key/other', AES);
    await engine.write('kms/aws/key/other', PURPOSE);
    const others = Object.keys(kms.aliases(REGION, ACCOUNT)).find((name) => name.includes('/other-'));
    const [first] = kms.keys(REGION, ACCOUNT);
    for (const command of [
      new EncryptCommand({ KeyId: others, Plaintext: Buffer.from('x') }),
      new EncryptCommand({ KeyId: first?.id, Plaintext: Buffer.from('x') }),
    ]) {
      await expect(application.send(command)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    }
    const describeKey = application.send(new DescribeKeyCommand({ KeyId: alias }));
    await expect(describeKey).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

it('every policy of the folder is in these tests', () => {
  expect(readdirSync(FOLDER).filter((file) => file.endsWith('.json'))).toEqual(
    ['application', 'by-tag', 'full', 'minimum'].map((name) => `${name}.json`),
  );
});

function tags(mount: string): { TagKey: string; TagValue: string }[] {
  return [{ TagKey: 'vault-keymgmt-mount', TagValue: mount }];
}
