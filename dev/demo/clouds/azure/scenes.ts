import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import type { Scenes } from '../../cloud.ts';
import { cloud, type Step } from '../../step.ts';
import { cloudIdOf, distributionOf, PLAINTEXT, type Story } from '../../story.ts';
import type { KeyVaultAnswer, SendToKeyVault } from './application.ts';

const ALGORITHM = 'RSA-OAEP-256';

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/** Requests of an application, by Key Vault's HTTP API. */
export function azureScenes(send: SendToKeyVault): Scenes {
  const request = (
    title: string,
    ask: (key: string, story: Story) => Request,
    check: (answer: KeyVaultAnswer, story: Story) => void,
  ): Step =>
    cloud({
      title,
      call: (story) => {
        const { method, path, body } = ask(`keys/${distributionOf(story).name}`, story);
        const sent = body === undefined ? '' : ` ${JSON.stringify(body)}`;
        return { source: `${method} ${path}${sent}`, send: () => send(method, path, body) };
      },
      show: ({ json }: KeyVaultAnswer) => JSON.stringify(json, undefined, 2),
      check,
    });
  const versionPath = (key: string, story: Story, version: number): string => `${key}/${versionOf(story, version)}`;
  const operation = (path: string, value: Uint8Array): Request => ({
    ...{ method: 'POST', path },
    body: { alg: ALGORITHM, value: Buffer.from(value).toString('base64url') },
  });
  return {
    distributed: request(
      'In Azure, the key is in the HSM, enabled, and its newest version is that of the distribution',
      (path) => ({ method: 'GET', path }),
      ({ json }, story) => {
        strictEqual(json.key?.kty, 'RSA-HSM');
        deepStrictEqual([...json.key.key_ops].sort(), ['decrypt', 'encrypt']);
        strictEqual(json.attributes?.enabled, true);
        strictEqual(json.key.kid.split('/').at(-1), versionOf(story, 1));
      },
    ),
    encryptsWith: (version) =>
      request(
        version === 1
          ? 'In Azure, encrypt with the key: version 1 answers'
          : `In Azure, version ${version} is the newest: it encrypts`,
        (key) => operation(`${key}/encrypt`, Buffer.from(PLAINTEXT)),
        ({ json }, story) => {
          strictEqual(json.kid?.split('/').at(-1), versionOf(story, version));
          ok(json.value, 'a ciphertext');
          story.ciphertext ??= Buffer.from(json.value, 'base64url');
        },
      ),
    decryptsOld: (again) =>
      request(
        again === 'still'
          ? 'In Azure, the old ciphertext still decrypts, with the version that it was made with'
          : 'In Azure, it decrypts again',
        (key, story) => operation(`${versionPath(key, story, 1)}/decrypt`, story.ciphertext ?? new Uint8Array()),
        ({ json }) => {
          strictEqual(Buffer.from(json.value ?? '', 'base64url').toString(), PLAINTEXT);
        },
      ),
    stateIs: (version, state, again) =>
      request(
        state === 'removed'
          ? `In Azure, version ${version} is gone`
          : `In Azure, version ${version} is ${state}${again === undefined ? '' : ' again'}`,
        (key, story) => ({ method: 'GET', path: versionPath(key, story, version) }),
        ({ status, json }) => {
          if (state === 'removed') {
            strictEqual(status, 404);
            strictEqual(json.error?.code, 'KeyNotFound');
          } else {
            strictEqual(json.attributes?.enabled, state === 'enabled');
          }
        },
      ),
    removed: request(
      'In Azure, the key is deleted, and can be recovered while the vault retains it',
      (key) => ({ method: 'GET', path: `deleted${key}` }),
      ({ status, json }, story) => {
        strictEqual(status, 200);
        strictEqual(json.key?.kid.split('/').at(-1), versionOf(story, 2));
      },
    ),
  };
}

/** The id that Azure has given to a version, 32 hexadecimal digits. */
const versionOf = (story: Story, version: number): string => cloudIdOf(story, version).split('/').at(-1) ?? '';
