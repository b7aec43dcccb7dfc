import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCiphertext } from '../../dev/aws-kms/ciphertext.ts';
import type { IamPolicy } from '../../dev/aws-kms/iam-policy.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { exampleBinary, newAccessKey, startExampleServer, type ExampleServer } from './example-server.ts';
import { judges } from './judges.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../examples');
const ROOT = resolve(EXAMPLES, '..');
const REGION = 'eu-central-1';
const ACCOUNT = '111122223333';
const ENGINE = newAccessKey('engine');
const APPLICATION = newAccessKey('application');
const iamPolicy = (name: string): IamPolicy =>
  JSON.parse(readFileSync(`${EXAMPLES}/iam/${name}.json`, 'utf8')) as IamPolicy;

const found = await exampleBinary();
const venv = await judges();

if (!found.binary) {
  describe('examples/clients', () => {
    it.skip(`need a server: ${found.missing}`, () => undefined);
  });
}

// One story: each client goes on where the one before it ended.
describe.runIf(found.binary)(`examples/clients, on ${found.binary ? displayName(found.binary) : ''}`, () => {
  let example: ExampleServer;
  beforeAll(async () => {
    if (!found.binary) throw new Error('there is no server');
    example = await startExampleServer(found.binary, [
      { ...ENGINE, account: ACCOUNT, policy: iamPolicy('minimum') },
      { ...APPLICATION, account: ACCOUNT, policy: iamPolicy('application') },
    ]);
    await spyOnArguments(join(example.server.folder, 'bin'), ['curl']);
  });
  afterAll(() => example.stop());

  const environment = (token: string, extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv => ({
    PATH: `${example.server.folder}/bin:${process.env['PATH'] ?? ''}`,
    HOME: example.server.folder,
    VAULT_ADDR: example.server.address,
    VAULT_TOKEN: token,
    ...extra,
  });
  const latestId = async (): Promise<string | undefined> => {
    const { body } = await example.server.http('GET', 'keymgmt/kms/aws/key/app');
    return Object.values((body.data?.['versions'] ?? {}) as Record<string, string>).at(-1);
  };

  it('curl makes, distributes and rotates a key, with no secret in an argument', async () => {
    const token = await example.tokenWith('admin');
    const env = environment(token, {
      AWS_ACCESS_KEY_ID: ENGINE.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ENGINE.secretAccessKey,
    });
    const said = await run(`${EXAMPLES}/clients/first-key.sh`, [], env);
    const { data } = JSON.parse(said.toString()) as { data: { versions: Record<string, string> } };
    expect(Object.keys(data.versions)).toEqual(['1', '2']);
    expect(example.kms.keys(REGION, ACCOUNT).map(({ state }) => state)).toEqual(['Enabled', 'Enabled']);
    const args = readFileSync(join(example.server.folder, 'bin/arguments'), 'utf8');
    expect(args).toContain('/v1/keymgmt/key/app/rotate');
    for (const secret of [token, ENGINE.accessKeyId, ENGINE.secretAccessKey]) expect(args).not.toContain(secret);
  });

  const application = async (verb: string, input: Buffer): Promise<Buffer> => {
    const env = environment(await example.tokenWith('application'), {
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: APPLICATION.accessKeyId,
      AWS_SECRET_ACCESS_KEY: APPLICATION.secretAccessKey,
      AWS_ENDPOINT_URL_KMS: example.kms.url,
    });
    const script = ['--import', 'tsx', `${EXAMPLES}/clients/encrypt.ts`, verb];
    return run(process.execPath, script, env, input);
  };
  let encrypted: Buffer;
  it('the AWS SDK encrypts by the alias', async () => {
    encrypted = await application('encrypt', Buffer.from('before the rotation'));
    expect(parseCiphertext(encrypted).keyId).toBe(await latestId());
    expect(await application('decrypt', encrypted)).toEqual(Buffer.from('before the rotation'));
  });

  it.skipIf(venv.missing !== undefined)('hvac rotates what is old enough, and nothing else', async () => {
    if (venv.missing !== undefined) throw new Error(venv.missing);
    const python = join(venv.bin, 'python');
    const env = environment(await example.tokenWith('rotator'));
    const rotate = async (days: string): Promise<string> =>
      (await run(python, [`${EXAMPLES}/clients/rotate_old_keys.py`, days], env)).toString();
    expect(await rotate('30')).toBe('');
    expect(await rotate('0')).toBe('app\n');
    expect((await example.server.http('GET', 'keymgmt/key/app')).body.data?.['latest_version']).toBe(3);
  });

  it('the application encrypts with the new version, and decrypts what the old one has encrypted', async () => {
    await example.server.http('POST', 'keymgmt/key/app/rotate');
    const after = await application('encrypt', Buffer.from('after it'));
    expect(parseCiphertext(after).keyId).toBe(await latestId());
    expect(parseCiphertext(after).keyId).not.toBe(parseCiphertext(encrypted).keyId);
    expect(await application('decrypt', encrypted)).toEqual(Buffer.from('before the rotation'));
  });
});

/** @returns stdout @throws {Error} with stderr, when the command fails */
async function run(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: Buffer = Buffer.alloc(0),
): Promise<Buffer> {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: 'pipe' });
  child.stdin.end(input);
  const ended = new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done));
  const [stdout, stderr, code] = await Promise.all([buffer(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`${command} exits with ${code}: ${stdout.toString()}${stderr}`);
  return stdout;
}

/** Puts commands before those of the PATH that note their arguments in the file `arguments`, and do the same. */
async function spyOnArguments(folder: string, commands: readonly string[]): Promise<void> {
  await mkdir(folder);
  for (const command of commands) {
    const spy = join(folder, command);
    writeFileSync(
      spy,
      `#!/bin/sh\nprintf '%s\\n' "$@" >>"${folder}/arguments"\nPATH="\${PATH#*:}"\nexec ${command} "$@"\n`,
    );
    chmodSync(spy, 0o755);
  }
}
