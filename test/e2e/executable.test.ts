import { EncryptCommand } from '@aws-sdk/client-kms';
import { describe, expect, it } from 'vitest';
import { builtExecutable } from '../support/host/executable.ts';
import { onEachServer } from '../support/server/on-each-server.ts';
import type { Stage } from '../support/server/stage.ts';
import { violations } from '../support/server/violations.ts';

const executable = await builtExecutable('glibc');

if ('missing' in executable) {
  describe('the single executable', () => {
    it.skip(`cannot be built here: ${executable.missing}`, () => undefined);
  });
} else {
  onEachServer(
    'the single executable, on a server without Node.js',
    (stage) => {
      it('creates, distributes and rotates a key, and applications use it', async () => {
        const { provider, kms } = stage();
        const http: Stage['http'] = (...request) => stage().http(...request);
        expect((await http('POST', 'keymgmt/kms/aws', provider)).status).toBe(204);
        for (const type of ['aes256-gcm96', 'rsa-2048']) {
          expect((await http('POST', `keymgmt/key/${type}`, { type })).status).toBe(204);
        }
        expect(await stage().noteMaterial()).toBe(2);
        const use = { purpose: 'encrypt,decrypt', protection: 'hsm' };
        expect((await http('POST', 'keymgmt/kms/aws/key/aes256-gcm96', use)).status).toBe(204);
        expect((await http('POST', 'keymgmt/key/aes256-gcm96/rotate')).status).toBe(204);
        expect(await stage().noteMaterial()).toBe(3);
        expect(await violations(stage(), 'aes256-gcm96')).toEqual([]);
        const { body } = await http('GET', 'keymgmt/kms/aws/key/aes256-gcm96');
        const { name, versions } = body.data as { name: string; versions: Readonly<Record<string, string>> };
        const KeyId = `alias/hashicorp/${name}`;
        const encrypted = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('the plaintext') }));
        expect(encrypted.KeyId).toContain(versions['2']);
      });
    },
    () => ({ file: executable.path, env: { PATH: '/nonexistent' } }),
  );
}
