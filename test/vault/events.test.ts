import { describe, expect, it } from 'vitest';
import { usePlugin } from '../support/host/use-plugin.ts';

const keymgmt = usePlugin(new URL('../../src/main.ts', import.meta.url));
const CREATE = { operation: 'create', path: 'key/k', data: { type: 'aes256-gcm96' } };
const TAKES_NONE = 'the server takes no events';

describe('the events of the plugin', () => {
  it('are all with the server when the end of the mount is answered', async () => {
    const host = await keymgmt.start();
    const mount = await host.mount();
    await mount.initialize();
    expect((await mount.handleRequest(CREATE)).error).toBeUndefined();
    const rotate = { operation: 'update', path: 'key/k/rotate' };
    const answers = await Promise.all([1, 2, 3].map(() => mount.handleRequest(rotate)));
    expect(answers.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    await mount.cleanup();
    const { events } = mount.brokered;
    const told = events.map(({ type, metadata: { version = '1' } }) => `${type} ${version}`);
    expect(told).toEqual(['keymgmt/key-create 1', ...[2, 3, 4].map((version) => `keymgmt/key-rotate ${version}`)]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  });

  it('end with the first where the server has none, by protocol 4 too', async () => {
    const host = await keymgmt.start({ mode: 'plaintext' });
    const mount = await host.mount({ takesEvents: false });
    await mount.initialize();
    expect((await mount.handleRequest(CREATE)).error).toBeUndefined();
    await host.plugin.logged(TAKES_NONE);
    expect((await mount.handleRequest({ operation: 'update', path: 'key/k/rotate' })).error).toBeUndefined();
    await mount.cleanup();
    expect(host.plugin.logs().filter((line) => line['@message'] === TAKES_NONE)).toHaveLength(1);
  });
});
