import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { RpcError } from '../../src/goplugin/rpc-error.ts';
import { inMemoryStorage, type Storage, type SystemView } from '../../src/logical/index.ts';
import type { HostReply, HostRequest, MountedBackend } from '../support/host/mounted-backend.ts';
import { useVictim, type Victim } from './victim.ts';

const plugin = useVictim();

const PATIENCE = { deadlineMs: 20_000 };
const STATUSES = Object.values(status).filter((code) => typeof code === 'number' && code !== status.OK);

/** One request to everything that touches storage. */
const REQUESTS: readonly HostRequest[] = [
  { operation: 'list', path: 'key/' },
  { operation: 'list', path: 'kms/' },
  { operation: 'read', path: 'key/k' },
  { operation: 'read', path: 'kms/aws' },
  { operation: 'update', path: 'key/k', data: { type: 'aes256-gcm96' } },
  { operation: 'update', path: 'key/k/rotate' },
  { operation: 'update', path: 'kms/aws', data: { provider: 'awskms', key_collection: 'us-west-1' } },
  { operation: 'delete', path: 'key/k' },
  { operation: 'delete', path: 'kms/aws' },
  { operation: 'update', path: 'kms/aws/key/k', data: { purpose: 'encrypt,decrypt' } },
  { operation: 'list', path: 'kms/aws/key/' },
  { operation: 'read', path: 'kms/aws/status' },
  { operation: 'rollback', path: '', data: { immediate: true } },
];

/** A storage of which each call does `before` first. */
function storageThat(before: (operation: keyof Storage, key: string) => Promise<void>): Storage {
  const storage = inMemoryStorage();
  return {
    get: async (key) => (await before('get', key), storage.get(key)),
    put: async (entry) => (await before('put', entry.key), storage.put(entry)),
    delete: async (key) => (await before('delete', key), storage.delete(key)),
    list: async (prefix) => (await before('list', prefix), storage.list(prefix)),
  };
}

function remember(victim: Victim, reply: HostReply): HostReply {
  victim.hear(JSON.stringify(reply));
  return reply;
}

describe('storage that fails', () => {
  it.each(STATUSES)('with status %i is passed on as an error of the request', async (code) => {
    const victim = plugin();
    const storage = storageThat(() => Promise.reject(new RpcError(code as status, `status ${String(code)} "\u2028é`)));
    const mount = await victim.host.mount({ storage });
    for (const request of REQUESTS) {
      const { response, error } = remember(victim, await mount.handleRequest(request, PATIENCE));
      // Type 0 keeps the text, by which a server forwards requests.
      expect({ request, response, error }).toMatchObject({ response: undefined, error: { type: 0 } });
      expect(error?.message).toContain(`status ${String(code)}`);
    }
    expect((await mount.existenceCheck({ path: 'key/k' })).error?.type).toBe(0);
    await mount.cleanup();
    await victim.stands();
  });

  it.each(['get', 'put', 'delete', 'list'] as const)(
    'in %s alone fails what needs it, and nothing else',
    async (failing) => {
      const victim = plugin();
      let broken = false;
      const storage = storageThat(async (operation) => {
        if (broken && operation === failing) throw new RpcError(status.UNAVAILABLE, 'no storage');
      });
      const mount = await victim.host.mount({ storage });
      for (const request of [REQUESTS[4], REQUESTS[6]]) await mount.handleRequest({ path: '', ...request }, PATIENCE);
      broken = true;
      for (const request of REQUESTS) {
        const { error } = remember(victim, await mount.handleRequest(request, PATIENCE));
        expect(['no storage', undefined]).toContain(error?.message);
      }
      broken = false;
      expect((await mount.handleRequest({ operation: 'list', path: 'key/' }, PATIENCE)).error).toBeUndefined();
      await mount.cleanup();
      await victim.stands();
    },
  );
});

describe('a system view that fails', () => {
  const failing = (code: status): SystemView => {
    const fail = (): Promise<never> => Promise.reject(new RpcError(code, 'no view'));
    return { replicationState: fail, localMount: fail, serverVersion: fail, tainted: fail, cachingDisabled: fail };
  };

  it.each(STATUSES)('with status %i fails the tick and nothing else', async (code) => {
    const victim = plugin();
    const mount = await victim.host.mount({ system: failing(code) });
    expect((await mount.handleRequest({ operation: 'rollback', path: '' }, PATIENCE)).error?.message).toBe('no view');
    expect((await mount.handleRequest({ operation: 'help', path: '' }, PATIENCE)).response?.data).toMatchObject({
      help: expect.any(String) as string,
    });
    expect(await mount.initialize()).toBeUndefined();
    await mount.cleanup();
    await victim.stands();
  });
});

describe('storage and system view that hang', () => {
  /** Calls that wait until they are let go. */
  function jam(): { wait(): Promise<void>; waiting(): number; release(): void; reached: Promise<void> } {
    let waiting: (() => void)[] = [];
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (reach = resolve));
    let open = false;
    return {
      wait: () => {
        reach();
        return open ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
      },
      waiting: () => waiting.length,
      reached,
      release() {
        open = true;
        for (const resume of waiting) resume();
        waiting = [];
      },
    };
  }

  const write = (mount: MountedBackend, options: { deadlineMs?: number; signal?: AbortSignal }): Promise<HostReply> =>
    mount.handleRequest({ operation: 'update', path: 'key/k', data: { type: 'aes256-gcm96' } }, options);

  it('hold a request no longer than its deadline, and its locks neither', async () => {
    const victim = plugin();
    const jammed = jam();
    const mount = await victim.host.mount({ storage: storageThat(() => jammed.wait()) });
    await expect(write(mount, { deadlineMs: 300 })).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    jammed.release();
    expect((await write(mount, PATIENCE)).error).toBeUndefined();
    await mount.cleanup();
    await victim.stands();
  });

  it('hold a request no longer than its client', async () => {
    const victim = plugin();
    const jammed = jam();
    const mount = await victim.host.mount({ storage: storageThat(() => jammed.wait()) });
    const client = new AbortController();
    const first = write(mount, { signal: client.signal });
    const rivals = Array.from({ length: 20 }, () => write(mount, { signal: client.signal }));
    await jammed.reached;
    client.abort();
    for (const left of [first, ...rivals]) await expect(left).rejects.toMatchObject({ code: status.CANCELLED });
    jammed.release();
    expect((await write(mount, PATIENCE)).error).toBeUndefined();
    await mount.cleanup();
    await victim.stands();
  });

  it.each(['storage', 'system view'])('do not hold up the clean-up of the mount (%s)', async (what) => {
    const victim = plugin();
    const jammed = jam();
    const hangs = async (): Promise<never> => {
      await jammed.wait();
      throw new RpcError(status.UNAVAILABLE, 'gone');
    };
    const mount = await victim.host.mount(
      what === 'storage'
        ? { storage: storageThat(hangs) }
        : { system: { replicationState: hangs, localMount: hangs, serverVersion: hangs } },
    );
    const sockets = victim.sockets();
    const hanging = mount.handleRequest({ operation: 'rollback', path: '' }, PATIENCE);
    await jammed.reached;
    await mount.cleanup();
    await victim.stands();
    jammed.release();
    expect((await hanging).error?.message).toBe('gone');
    await victim.holdsAtMost(sockets);
  });
});
