import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { status, type ServiceError } from '@grpc/grpc-js';
import { inMemoryStorage, READ_ONLY_TEXT, StorageError } from '../../src/logical/index.ts';
import { bundlePlugin, type BundledPlugin } from '../support/host/bundle.ts';
import { startHost, type Host } from '../support/host/start-host.ts';
import { ECHO_PLUGIN } from '../support/host/use-plugin.ts';

// One process for all: each test has a mount of its own in it.
let plugin: BundledPlugin;
let host: Host;
beforeAll(async () => {
  plugin = await bundlePlugin(ECHO_PLUGIN);
  host = await startHost({ command: plugin.path });
});
afterAll(async () => {
  await host.close();
  await plugin.remove();
});

const statusOf = (promise: Promise<unknown>): Promise<ServiceError> =>
  promise.then(
    () => expect.fail('the call succeeded'),
    (error: unknown) => error as ServiceError,
  );

describe('a request', () => {
  it('carries data, headers and mount point', async () => {
    const mount = await host.mount();
    const headers = { 'X-Two': { header: ['a', 'b'] } };
    const { response } = await mount.handleRequest({ path: 'echo', data: { n: 1.5, s: 'é' }, headers });
    expect(response?.data).toEqual({ n: 1.5, s: 'é', headers: { 'X-Two': ['a', 'b'] }, mount_point: 'mount/' });
  });

  it('without data counts as one with none', async () => {
    const mount = await host.mount();
    const { response } = await mount.handleRequest({ path: 'echo' });
    expect(response?.data).toEqual({ headers: {}, mount_point: 'mount/' });
  });

  it('may be answered by warnings alone', async () => {
    const mount = await host.mount();
    const reply = await mount.handleRequest({ path: 'warn' });
    expect(reply).toEqual({ response: { data: null, warnings: ['mind the gap'] }, error: undefined });
  });

  it.each([
    ['unsupported_operation', 'x', { type: 5, message: 'x', code: 0 }],
    ['invalid_request', 'invalid request', { type: 7, message: 'invalid request', code: 0 }],
    ['invalid_request', 'say which', { type: 3, message: 'say which', code: 400 }],
    ['permission_denied', 'permission denied', { type: 8, message: 'permission denied', code: 0 }],
    ['permission_denied', 'say why', { type: 3, message: 'say why', code: 403 }],
    ['coded', 'teapot', { type: 3, message: 'teapot', code: 418 }],
    ['internal', 'broken', { type: 2, message: 'broken', code: 0 }],
    ['other', 'upstream rate limited', { type: 0, message: 'upstream rate limited', code: 0 }],
    ['other', 'connection is shut down', { type: 0, message: 'the connection is shut down', code: 0 }],
    ['mistake', 'of ours', { type: 2, message: 'internal error', code: 0 }],
    ['syntax', 'c2VjcmV0', { type: 2, message: 'internal error', code: 0 }],
  ])('that fails with %s (%s) is answered by number', async (kind, message, expected) => {
    const mount = await host.mount();
    const reply = await mount.handleRequest({ operation: 'update', path: 'throw', data: { kind, message } });
    expect(reply).toEqual({ response: undefined, error: expected });
  });

  it('never brings what could not be parsed into the log', async () => {
    const mount = await host.mount();
    const data = { kind: 'syntax', message: '?ZmFrZS1rZXk' };
    await mount.handleRequest({ operation: 'update', path: 'throw', data });
    const line = await host.plugin.logged('request failed unexpectedly', { error: 'SyntaxError' });
    expect(line['at']).toContain('JSON.parse');
    expect(host.plugin.stderr()).not.toContain('ZmFrZS1rZXk');
  });

  it('that the user got wrong is answered by an error response', async () => {
    const mount = await host.mount();
    const data = { kind: 'user_error', message: 'told off' };
    for (const path of ['throw', 'error-response']) {
      const reply = await mount.handleRequest({ operation: 'update', path, data });
      expect(reply).toEqual({ response: { data: { error: 'told off' }, warnings: [] }, error: undefined });
    }
  });

  it('for a path that is not there is answered with type 6', async () => {
    const mount = await host.mount();
    expect((await mount.handleRequest({ path: 'nowhere' })).error?.type).toBe(6);
  });

  it('that may not write on this node says so in the words of the server', async () => {
    const readOnly = { ...inMemoryStorage(), put: () => Promise.reject(new StorageError(READ_ONLY_TEXT)) };
    const mount = await host.mount({ storage: readOnly });
    const reply = await mount.handleRequest({ operation: 'update', path: 'store/a' });
    expect(reply.error).toEqual({ type: 0, message: READ_ONLY_TEXT, code: 0 });
    expect((await mount.initialize())?.message).toBe(READ_ONLY_TEXT);
  });

  it('waits for what it writes, though its client goes meanwhile', async () => {
    const storage = inMemoryStorage();
    let finish: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    let begun: () => void = () => undefined;
    const sent = new Promise<void>((resolve) => (begun = resolve));
    const put: typeof storage.put = async (entry) => {
      begun();
      await slow;
      await storage.put(entry);
    };
    const mount = await host.mount({ storage: { ...storage, put } });
    const gone = new AbortController();
    const request = statusOf(mount.handleRequest({ operation: 'update', path: 'bound/a' }, { signal: gone.signal }));
    await sent;
    gone.abort();
    expect((await request).code).toBe(status.CANCELLED);
    await host.plugin.logged('aborted', { path: 'bound/a' });
    finish();
    await host.plugin.logged('written', { path: 'bound/a' });
    expect(await storage.get('bound/a')).toBeDefined();
  });

  it('is aborted at its deadline', async () => {
    const mount = await host.mount();
    const error = await statusOf(mount.handleRequest({ path: 'wait' }, { deadlineMs: 200 }));
    expect(error.code).toBe(status.DEADLINE_EXCEEDED);
    await host.plugin.logged('aborted');
  });

  it('is aborted when the client goes', async () => {
    const mount = await host.mount();
    const gone = new AbortController();
    const request = statusOf(mount.handleRequest({ path: 'wait' }, { signal: gone.signal }));
    await host.plugin.logged('waiting');
    gone.abort();
    expect((await request).code).toBe(status.CANCELLED);
    await host.plugin.logged('aborted');
  });

  it.skipIf(parseInt(process.versions.node) < 22)('stays when others are aborted by the thousand', async () => {
    const own = await startHost({ command: plugin.path });
    try {
      const mount = await own.mount();
      const bystander = mount.handleRequest({ path: 'slow' });
      for (let batch = 1; batch <= 12; batch++) {
        const gone = new AbortController();
        setMaxListeners(0, gone.signal);
        const requests = Array.from({ length: 100 }, () =>
          statusOf(mount.handleRequest({ path: 'wait' }, { signal: gone.signal })),
        );
        const arrived = (): number => own.plugin.logs().filter((line) => line['@message'] === 'waiting').length;
        await expect.poll(arrived).toBe(1 + 100 * batch);
        gone.abort();
        await Promise.all(requests);
      }
      await mount.invalidateKey('');
      expect((await bystander).response?.data).toEqual({ slow: true });
    } finally {
      await own.close();
    }
  });
});

describe('an existence check', () => {
  it('tells what is there', async () => {
    const mount = await host.mount();
    const nothing = { found: true, exists: false, error: undefined };
    expect(await mount.existenceCheck({ path: 'store/a' })).toEqual(nothing);
    await mount.handleRequest({ operation: 'create', path: 'store/a', data: {} });
    expect(await mount.existenceCheck({ path: 'store/a' })).toEqual({ ...nothing, exists: true });
    expect(await mount.existenceCheck({ path: 'echo' })).toEqual({ ...nothing, found: false });
  });

  it('answers a user error with type 1, which becomes status 400', async () => {
    const mount = await host.mount();
    const { error } = await mount.existenceCheck({ path: 'bad' });
    expect(error).toEqual({ type: 1, message: 'bad is not a name', code: 0 });
  });
});
