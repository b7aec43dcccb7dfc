import { afterEach, describe, expect, it } from 'vitest';
import { checkExecutable } from '../../dev/dist/single-executable.ts';
import { builtExecutable } from '../support/host/executable.ts';
import { startHost, type Host } from '../support/host/start-host.ts';

const executable = await builtExecutable('glibc');

const path = 'path' in executable ? executable.path : '';
const reason = 'missing' in executable ? ` (skipped: ${executable.missing})` : '';

describe.skipIf(reason !== '')(`the single executable${reason}`, () => {
  const hosts: Host[] = [];
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
  });

  it('says what it is to a user, and nothing of its code cache', async () => {
    await checkExecutable([path]);
  });

  it.each(['automtls', 'legacy'] as const)('serves a host by %s, without a PATH', async (mode) => {
    const host = await startHost({ command: path, mode, env: { PATH: '' } });
    hosts.push(host);
    const mount = await host.mount();
    expect(await mount.initialize()).toBeUndefined();
    for (const type of ['aes256-gcm96', 'rsa-2048', 'ecdsa-p256']) {
      const written = await mount.handleRequest({ operation: 'create', path: `key/${type}`, data: { type } });
      expect(written).toEqual({ response: undefined, error: undefined });
      const read = await mount.handleRequest({ path: `key/${type}` });
      expect(read.response?.data).toMatchObject({ type, latest_version: 1 });
    }
    expect(host.plugin.logs().filter((line) => line['@message'] === 'output')).toEqual([]);
  });
});
