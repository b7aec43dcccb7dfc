import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  ListAliasesCommand,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { expect, it } from 'vitest';
import { onEachServer } from '../support/server/on-each-server.ts';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

async function stateOf(kms: KMSClient, keyId: string): Promise<string | undefined> {
  return (await kms.send(new DescribeKeyCommand({ KeyId: keyId }))).KeyMetadata?.KeyState;
}

async function encrypt(kms: KMSClient, keyId: string): Promise<{ readonly by: string; readonly blob: Uint8Array }> {
  const answer = await kms.send(new EncryptCommand({ KeyId: keyId, Plaintext: Buffer.from('the plaintext') }));
  return { by: answer.KeyId?.split('/').at(-1) ?? '', blob: answer.CiphertextBlob ?? new Uint8Array() };
}

// One story per server: each test goes on where the one before it ended.
onEachServer('the life of a key', (stage) => {
  let name = '';
  let versions: Record<string, string> = {};
  let old = new Uint8Array();

  it('begins with no keys and no providers: an empty list is a 404 without errors', async () => {
    for (const path of ['keymgmt/key', 'keymgmt/kms']) {
      expect(await stage().http('LIST', path)).toMatchObject({ status: 404, body: { errors: [] } });
    }
  });

  it('creates a key, with an answer that has no body', async () => {
    const answer = await stage().http('POST', 'keymgmt/key/life', { type: 'aes256-gcm96' });
    expect(answer).toMatchObject({ status: 204, text: '' });
  });

  it('reads the key without its material', async () => {
    const { status, body } = await stage().http('GET', 'keymgmt/key/life');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      name: 'life',
      type: 'aes256-gcm96',
      deletion_allowed: false,
      latest_version: 1,
      min_enabled_version: 1,
      versions: { '1': { creation_time: expect.stringMatching(RFC3339) as string } },
    });
  });

  it('has 32 bytes of material in storage, and those are watched from now on', async () => {
    expect(await stage().noteMaterial()).toBe(1);
  });

  it('writes a provider and never gives its credentials back', async () => {
    expect((await stage().http('POST', 'keymgmt/kms/aws', stage().provider)).status).toBe(204);
    const { body } = await stage().http('GET', 'keymgmt/kms/aws');
    expect(body.data).toEqual({ provider: 'awskms', key_collection: 'eu-central-1' });
  });

  it('distributes the key', async () => {
    const body = { purpose: 'encrypt,decrypt', protection: 'hsm' };
    expect(await stage().http('POST', 'keymgmt/kms/aws/key/life', body)).toMatchObject({ status: 204, text: '' });
  });

  it('reads the distribution', async () => {
    const { body } = await stage().http('GET', 'keymgmt/kms/aws/key/life');
    expect(body.data).toEqual({
      name: expect.stringMatching(/^life-\d{10}$/) as string,
      purpose: 'decrypt,encrypt',
      protection: 'hsm',
      distribution_time: expect.stringMatching(RFC3339) as string,
      versions: { '1': expect.stringMatching(/^[0-9a-f-]{36}$/) as string },
    });
    name = body.data?.['name'] as string;
    versions = body.data?.['versions'] as Record<string, string>;
    const seconds = Date.parse(body.data?.['distribution_time'] as string) / 1000;
    expect(name).toBe(`life-${Math.floor(seconds)}`);
  });

  it('lists in all four directions, in each way that a list may be asked for', async () => {
    const lists = {
      'keymgmt/key': 'life',
      'keymgmt/kms': 'aws',
      'keymgmt/kms/aws/key': 'life',
      'keymgmt/key/life/kms': 'aws',
    };
    for (const [path, only] of Object.entries(lists)) {
      const asked = [
        await stage().http('LIST', path),
        await stage().http('LIST', `${path}/`),
        await stage().http('GET', `${path}?list=true`),
        await stage().http('GET', `${path}/?list=true`),
      ];
      for (const answer of asked) expect(answer, path).toMatchObject({ status: 200, body: { data: { keys: [only] } } });
    }
  });

  it('lets an application encrypt through the alias', async () => {
    const { by, blob } = await encrypt(stage().kms, `alias/hashicorp/${name}`);
    expect(by).toBe(versions['1']);
    old = Uint8Array.from(blob);
  });

  it('rotates: a second KMS key, under the same name', async () => {
    expect((await stage().http('POST', 'keymgmt/key/life/rotate')).status).toBe(204);
    const { body } = await stage().http('GET', 'keymgmt/kms/aws/key/life');
    expect(body.data).toMatchObject({ name, versions: { ...versions, '2': expect.any(String) as string } });
    versions = body.data?.['versions'] as Record<string, string>;
    expect(Object.keys(versions)).toEqual(['1', '2']);
    expect(versions['1']).not.toBe(versions['2']);
    expect(await stage().noteMaterial()).toBe(2);
  });

  it('has moved the alias to the new version', async () => {
    expect((await encrypt(stage().kms, `alias/hashicorp/${name}`)).by).toBe(versions['2']);
  });

  const decryptsOld = async (): Promise<void> => {
    const command = new DecryptCommand({ KeyId: versions['1'], CiphertextBlob: old });
    const { Plaintext } = await stage().kms.send(command);
    expect(Buffer.from(Plaintext ?? []).toString()).toBe('the plaintext');
  };

  it('still decrypts the old ciphertext with its own KMS key', decryptsOld);

  it('disables the KMS keys of versions below min_enabled_version, and hides them in the key alone', async () => {
    expect((await stage().http('POST', 'keymgmt/key/life', { min_enabled_version: 2 })).status).toBe(204);
    expect(await stateOf(stage().kms, versions['1'] ?? '')).toBe('Disabled');
    expect(await stateOf(stage().kms, versions['2'] ?? '')).toBe('Enabled');
    const key = (await stage().http('GET', 'keymgmt/key/life')).body.data;
    expect(key).toMatchObject({ latest_version: 2, min_enabled_version: 2 });
    expect(Object.keys(key?.['versions'] as object)).toEqual(['2']);
    expect((await stage().http('GET', 'keymgmt/kms/aws/key/life')).body.data).toMatchObject({ versions });
  });

  it('shows inventory, bill of materials and evidence, with the request ids that the KMS logged', async () => {
    const inventory = (await stage().http('GET', 'keymgmt/inventory?limit=10')).body.data;
    expect(inventory).toMatchObject({
      keys: { life: { security_strength: 256, versions: { 1: { state: 'deactivated' }, 2: { state: 'active' } } } },
      next: '',
    });
    const bom = (await stage().http('GET', 'keymgmt/inventory/cyclonedx')).body.data?.['bom'];
    expect(bom).toMatchObject({ specVersion: '1.6', compositions: [{ aggregate: 'complete' }] });
    const calls = stage().embedded.calls();
    const requestOf = (action: string): string =>
      calls.findLast((call) => call.action === action && call.keyId === versions['2'])?.requestId ?? '';
    const evidence = (await stage().http('GET', 'keymgmt/kms/aws/key/life/evidence?after=1')).body.data;
    expect(evidence).toMatchObject({
      alias: { proved: { version: '2' } },
      versions: {
        2: {
          fingerprint: { method: 'aes-cmac', value: expect.stringMatching(/^[0-9A-F]{10}$/) as string },
          places: {
            'eu-central-1': {
              recorded: {
                creation: { request_id: requestOf('CreateKey') },
                import: { request_id: requestOf('ImportKeyMaterial') },
              },
              proved: { origin: 'EXTERNAL', state: 'enabled', material: 'as imported' },
            },
          },
        },
      },
    });
    expect(Object.keys(evidence?.['versions'] as object)).toEqual(['2']);
  });

  it('enables them again when it is lowered', async () => {
    expect((await stage().http('POST', 'keymgmt/key/life', { min_enabled_version: 1 })).status).toBe(204);
    expect(await stateOf(stage().kms, versions['1'] ?? '')).toBe('Enabled');
    const key = (await stage().http('GET', 'keymgmt/key/life')).body.data;
    expect(Object.keys(key?.['versions'] as object)).toEqual(['1', '2']);
    await decryptsOld();
  });

  it('refuses to delete the key, or its provider, while it is distributed', async () => {
    await stage().http('POST', 'keymgmt/key/life', { deletion_allowed: true });
    for (const path of ['keymgmt/key/life', 'keymgmt/kms/aws']) {
      const { status, body } = await stage().http('DELETE', path);
      expect(status, path).toBe(400);
      expect(body.errors, path).toHaveLength(1);
    }
    await stage().http('POST', 'keymgmt/key/life', { deletion_allowed: false });
  });

  it('removes the key from the cloud: all KMS keys pending deletion, the alias gone', async () => {
    expect(await stage().http('DELETE', 'keymgmt/kms/aws/key/life')).toMatchObject({ status: 204, text: '' });
    for (const id of Object.values(versions)) expect(await stateOf(stage().kms, id)).toBe('PendingDeletion');
    const { Aliases } = await stage().kms.send(new ListAliasesCommand({}));
    expect(Aliases?.filter(({ AliasName }) => AliasName?.startsWith('alias/hashicorp/'))).toEqual([]);
    expect((await stage().http('GET', 'keymgmt/kms/aws/key/life')).status).toBe(404);
    expect((await stage().http('LIST', 'keymgmt/key/life/kms')).status).toBe(404);
    expect((await stage().http('LIST', 'keymgmt/kms/aws/key')).status).toBe(404);
  });

  it('deletes the key once that is allowed', async () => {
    expect((await stage().http('DELETE', 'keymgmt/key/life')).status).toBe(400);
    await stage().http('POST', 'keymgmt/key/life', { deletion_allowed: true });
    expect(await stage().http('DELETE', 'keymgmt/key/life')).toMatchObject({ status: 204, text: '' });
    expect(await stage().http('GET', 'keymgmt/key/life')).toMatchObject({ status: 404, body: { errors: [] } });
  });

  it('deletes the provider', async () => {
    expect((await stage().http('DELETE', 'keymgmt/kms/aws')).status).toBe(204);
    expect((await stage().http('GET', 'keymgmt/kms/aws')).status).toBe(404);
  });
});
