import { afterAll, afterEach, beforeAll } from 'vitest';
import { bundlePlugin, type BundledPlugin } from './bundle.ts';
import { startHost, type Host, type HostOptions } from './start-host.ts';

/** Starts hosts of one plugin within a test file, and ends them. */
export interface PluginUnderTest {
  /** Path of the bundled plugin, while tests run. */
  path(): string;
  /** Starts a host that ends with the test. */
  start(options?: Omit<HostOptions, 'command'>): Promise<Host>;
}

/** Bundles a plugin before the tests of a file or a `describe`, and clears up after each of them. */
export function usePlugin(entry: URL): PluginUnderTest {
  let plugin: BundledPlugin | undefined;
  const hosts: Host[] = [];
  beforeAll(async () => {
    plugin = await bundlePlugin(entry);
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.close()));
  });
  afterAll(() => plugin?.remove());

  const path = (): string => {
    if (!plugin) throw new Error('the plugin is bundled once the tests run');
    return plugin.path;
  };
  return {
    path,
    async start(options = {}) {
      const host = await startHost({ command: path(), ...options });
      hosts.push(host);
      return host;
    },
  };
}

/** The small engine that the tests of the plugin server use. */
export const ECHO_PLUGIN = new URL('../echo-plugin.ts', import.meta.url);
