import { describe, expect, it } from 'vitest';
import { status, type ServiceError } from '@grpc/grpc-js';
import { inMemoryStorage } from '../../src/logical/index.ts';
import { call } from '../support/host/rpc.ts';
import type { HostMode } from '../support/host/start-host.ts';
import { ECHO_PLUGIN, usePlugin } from '../support/host/use-plugin.ts';

const echo = usePlugin(ECHO_PLUGIN);

const statusOf = (promise: Promise<unknown>): Promise<ServiceError> =>
  promise.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error as ServiceError,
  );

describe('a mount', () => {
  it.each<[HostMode, string | undefined]>([
    ['automtls', undefined],
    ['legacy', undefined],
    ['plaintext', undefined],
    ['automtls', 'tcp'],
    ['legacy', 'tcp'],
  ])('stores and reads over the broker with %s, %s', async (mode, network) => {
    const host = await echo.start({ mode, env: network ? { ECHO_NETWORK: network } : {} });
    expect(host.handshake[2]).toBe(network ?? 'unix');
    const storage = inMemoryStorage();
    const mount = await host.mount({ storage });

    expect(await mount.type()).toBe(1);
    expect(await mount.initialize()).toBeUndefined();
    const write = await mount.handleRequest({ operation: 'update', path: 'store/a', data: { x: 1 } });
    expect(write).toEqual({ response: undefined, error: undefined });
    const read = await mount.handleRequest({ path: 'store/a' });
    expect(read.response?.data).toEqual({ x: 1 });

    const record = await storage.get('store/a');
    expect(Buffer.from(record?.value ?? []).toString()).toBe('{"x":1}');
    expect(record?.sealWrap).toBe(true);
    expect(await host.shutdown()).toEqual({ code: 0, signal: null });
  });

  it.each(['address', 'setup'] as const)('is set up when the %s comes first', async (first) => {
    const host = await echo.start();
    const mount = await host.mount({ first });
    expect(await mount.initialize()).toBeUndefined();
    expect(mount.brokered.calls).toEqual(['Put']);
  });

  it('is not set up when the address never comes', async () => {
    const host = await echo.start();
    const setup = call(host.client, host.wire.backend.Setup, { broker_id: 99 });
    const error = await statusOf(setup);
    expect(error.details).toBe('timeout waiting for connection info');
  });

  it('touches neither storage nor system view while it is being registered', async () => {
    const host = await echo.start({ env: { ECHO_VERSION: 'v1.2.3' } });
    const mount = await host.mount({ storage: null, uuid: '' });
    expect(await mount.version()).toBe('v1.2.3');
    expect(await mount.type()).toBe(1);
    expect(mount.brokered.calls).toEqual([]);
  });

  it('passes the text of a factory that fails to the operator', async () => {
    const host = await echo.start();
    await expect(host.mount({ config: { fail_setup: 'no such region' } })).rejects.toThrow(/^no such region$/);
  });

  it('lists its special paths in the order given', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    expect(await mount.specialPaths()).toMatchObject({
      root: ['root/*'],
      unauthenticated: ['open'],
      local_storage: ['wal/'],
      seal_wrap_storage: ['key/'],
    });
  });

  it('shares its process with another and nothing else', async () => {
    const host = await echo.start();
    const support = await call(host.client, host.wire.multiplexing.MultiplexingSupport, {});
    expect(support.supported).toBe(true);
    const one = await host.mount({ uuid: 'one', config: { a: '1' } });
    const two = await host.mount({ uuid: 'two', system: { localMount: async () => true } });
    await one.handleRequest({ operation: 'create', path: 'store/a', data: { of: 'one' } });

    expect((await two.handleRequest({ path: 'store/a' })).response).toBeUndefined();
    expect((await one.handleRequest({ path: 'config' })).response?.data).toMatchObject({ uuid: 'one' });
    expect((await two.handleRequest({ path: 'config' })).response?.data).toMatchObject({ uuid: 'two', options: {} });
    expect((await two.handleRequest({ path: 'system' })).response?.data).toMatchObject({ local: true });

    await one.cleanup();
    expect((await two.handleRequest({ path: 'config' })).response?.data).toMatchObject({ uuid: 'two' });
    expect((await statusOf(one.handleRequest({ path: 'config' }))).details).toBe('no backend instance found');
  });

  it('asks for the version of a server again that could not say', async () => {
    const host = await echo.start();
    const answers = ['sealed', '1.2.3'];
    const serverVersion = async (): Promise<string> => {
      const answer = answers.shift() ?? 'asked too often';
      if (answer === 'sealed') throw new Error(answer);
      return answer;
    };
    const mount = await host.mount({ system: { serverVersion } });
    expect((await mount.handleRequest({ path: 'system' })).error?.message).toContain('sealed');
    expect((await mount.handleRequest({ path: 'system' })).response?.data).toMatchObject({ version: '1.2.3' });
    expect((await mount.handleRequest({ path: 'system' })).response?.data).toMatchObject({ version: '1.2.3' });
  });

  it('may be cleaned up twice', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await mount.cleanup();
    await mount.cleanup();
    expect(host.plugin.logs().filter((line) => line['@message'] === 'cleaned up')).toHaveLength(1);
  });

  it('is followed by another although its clean-up fails', async () => {
    // Without multiplexing a process has one mount.
    const host = await echo.start({ mode: 'plaintext' });
    await host.mount({ uuid: 'old', config: { fail_cleanup: 'stuck' } });
    const mount = await host.mount({ uuid: 'new' });
    expect((await mount.handleRequest({ path: 'config' })).response?.data).toMatchObject({ uuid: 'new' });
    expect(await host.plugin.logged('cleanup of a replaced mount failed')).toMatchObject({ '@level': 'warn' });
  });

  it.each([true, false])('may ask the server while it is cleaned up, whether it is disabled: %s', async (tainted) => {
    const host = await echo.start();
    const mount = await host.mount({ system: { tainted: async () => tainted } });
    await mount.cleanup();
    expect(mount.brokered.calls).toEqual(['Tainted']);
    expect(host.plugin.logs().filter((line) => line['@message'] === 'cleaned up')).toMatchObject([{ tainted }]);
  });

  it('asks the server nothing while the process ends', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await host.shutdown();
    expect(mount.brokered.calls).toEqual([]);
    expect(host.plugin.logs().filter((line) => line['@message'] === 'cleaned up')).toHaveLength(1);
  });

  it('takes and gives 20 MiB', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    const blob = 'x'.repeat(20 * 1024 * 1024);
    const { response } = await mount.handleRequest({ operation: 'update', path: 'big', data: { blob } });
    expect(response?.data).toEqual({ size: blob.length, blob });
  });

  it('forgets what it is told to', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await mount.invalidateKey('key/a');
    expect((await mount.handleRequest({ path: 'config' })).response?.data).toMatchObject({ invalidated: ['key/a'] });
  });

  it('passes the snapshot of a request on to the storage, and nothing else of it', async () => {
    const host = await echo.start();
    const mount = await host.mount();
    await mount.handleRequest({ path: 'store/a' }, { metadata: { snapshot_id: 'abc', other: 'x' } });
    expect(mount.brokered.lastMetadata()?.get('snapshot_id')).toEqual(['abc']);
    expect(mount.brokered.lastMetadata()?.get('other')).toEqual([]);
    await mount.handleRequest({ path: 'store/a' });
    expect(mount.brokered.lastMetadata()?.get('snapshot_id')).toEqual([]);
  });
});

describe('metadata mode', () => {
  it('tells what the plugin is and does nothing else', async () => {
    const host = await echo.start({ mode: 'metadata', env: { ECHO_VERSION: 'v1.2.3' } });
    expect(host.handshake.slice(0, 3)).toEqual(['1', '4', 'unix']);
    const mount = await host.mount({ storage: null });
    expect(await mount.type()).toBe(1);
    expect((await mount.specialPaths())['root']).toEqual(['root/*']);
    expect(await mount.version()).toBe('v1.2.3');
    for (const refused of [
      mount.handleRequest({ path: 'echo' }),
      mount.existenceCheck({ path: 'echo' }),
      mount.initialize(),
      mount.invalidateKey('a'),
    ]) {
      const { details } = await statusOf(refused);
      expect(details).toBe('plugin server can not perform action while in metadata mode');
    }
    await mount.cleanup();
    expect(mount.brokered.calls).toEqual([]);
  });

  it('has no multiplexing before protocol 5', async () => {
    const host = await echo.start({ mode: 'plaintext' });
    const error = await statusOf(call(host.client, host.wire.multiplexing.MultiplexingSupport, {}));
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });
});
