import { expect } from 'vitest';
import { inChroot } from '../support/host/chroot.ts';
import { startHost } from '../support/host/start-host.ts';

/**
 * Starts `/plugin` of a root file system from a host, with mutual TLS, and lets it make a key.
 *
 * @throws {Error} with what the plugin has printed, when it does not start
 */
export async function serveInRoot(root: string): Promise<void> {
  const host = await startHost(await inChroot(root));
  try {
    const mount = await host.mount();
    expect(await mount.initialize()).toBeUndefined();
    const data = { type: 'rsa-2048' };
    expect(await mount.handleRequest({ operation: 'create', path: 'key/app', data })).toEqual({
      response: undefined,
      error: undefined,
    });
    // A code cache that is rejected is a warning.
    expect(host.plugin.logs().filter((line) => line['@level'] === 'warn')).toEqual([]);
    expect(host.plugin.stderr()).not.toContain('rejected');
  } finally {
    await host.close();
  }
}
