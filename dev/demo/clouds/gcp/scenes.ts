import { match, ok, strictEqual } from 'node:assert/strict';
import type { Scenes } from '../../cloud.ts';
import { cloud, type Step } from '../../step.ts';
import { distributionOf, PLAINTEXT, type Story } from '../../story.ts';
import type { CloudKmsAnswer, SendToCloudKms } from './application.ts';

const STATES = { enabled: 'ENABLED', disabled: 'DISABLED', removed: 'DESTROY_SCHEDULED' } as const;
const STATE_WORDS = { enabled: 'enabled', disabled: 'disabled', removed: 'scheduled for destruction' } as const;

interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

/** Requests of an application, by Cloud KMS's HTTP API. */
export function gcpScenes(send: SendToCloudKms): Scenes {
  const request = (
    title: string,
    ask: (key: string, story: Story) => Request,
    check: (answer: CloudKmsAnswer, story: Story) => void,
  ): Step =>
    cloud({
      title,
      call: (story) => {
        const { method, path, body } = ask(distributionOf(story).name, story);
        const sent = body === undefined ? '' : ` ${JSON.stringify(body)}`;
        return { source: `${method} cryptoKeys/${path}${sent}`, send: () => send(method, path, body) };
      },
      show: ({ json }: CloudKmsAnswer) => JSON.stringify(json, undefined, 2),
      check,
    });
  const encryption = (key: string): Request => ({
    ...{ method: 'POST', path: `${key}:encrypt` },
    body: { plaintext: Buffer.from(PLAINTEXT).toString('base64') },
  });
  return {
    distributed: request(
      'In Google Cloud, the key takes imports only, and version 1 is its primary one',
      (key) => ({ method: 'GET', path: key }),
      ({ status, json }) => {
        strictEqual(status, 200);
        strictEqual(json['importOnly'], true);
        const primary = json['primary'] as Readonly<Record<string, unknown>> | undefined;
        match(String(primary?.['name']), /\/cryptoKeyVersions\/1$/);
        strictEqual(primary?.['state'], 'ENABLED');
      },
    ),
    encryptsWith: (version) =>
      request(
        version === 1
          ? 'In Google Cloud, encrypt with the key: version 1 answers'
          : `In Google Cloud, version ${version} is the primary one: it encrypts`,
        encryption,
        ({ json }, story) => {
          match(String(json['name']), new RegExp(`/cryptoKeyVersions/${version}$`));
          const { ciphertext } = json;
          ok(typeof ciphertext === 'string', 'a ciphertext');
          story.ciphertext ??= Buffer.from(ciphertext, 'base64');
        },
      ),
    decryptsOld: (again) =>
      request(
        again === 'still' ? 'In Google Cloud, the old ciphertext still decrypts' : 'In Google Cloud, it decrypts again',
        (key, { ciphertext = new Uint8Array() }) => ({
          ...{ method: 'POST', path: `${key}:decrypt` },
          body: { ciphertext: Buffer.from(ciphertext).toString('base64') },
        }),
        ({ json }) => {
          strictEqual(Buffer.from(String(json['plaintext']), 'base64').toString(), PLAINTEXT);
        },
      ),
    stateIs: (version, state, again) =>
      request(
        `In Google Cloud, version ${version} is ${STATE_WORDS[state]}${again === undefined ? '' : ' again'}`,
        (key) => ({ method: 'GET', path: `${key}/cryptoKeyVersions/${version}` }),
        ({ json }) => {
          strictEqual(json['state'], STATES[state], 'state of the version');
        },
      ),
    removed: request('In Google Cloud, the key encrypts no more', encryption, ({ status, json }) => {
      strictEqual(status, 400);
      match(JSON.stringify(json), /is not enabled, current state is: DESTROY_SCHEDULED/);
    }),
  };
}
