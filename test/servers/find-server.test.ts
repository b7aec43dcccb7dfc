import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findServer } from '../../dev/servers/find-server.ts';
import { hostNamed } from '../../dev/servers/server-binary.ts';

const VAULT = "Vault v1.99.0 ('abc'), built 2026-01-01T00:00:00Z";
const BAO = 'OpenBao v2.99.0 (abc)';

describe('finding a server', () => {
  let folder = '';
  const silent = (): void => undefined;

  /** A program that answers everything with one line. */
  const program = async (path: string, line: string): Promise<string> => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), `#!/bin/sh\necho "${line}"\n`, { mode: 0o755 });
    return join(folder, path);
  };
  const envOf = (variables: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    XDG_CACHE_HOME: join(folder, 'cache'),
    PATH: join(folder, 'bin'),
    ...variables,
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'find-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('takes what a variable names before what is on PATH', async () => {
    await program('bin/vault', VAULT);
    const path = await program('elsewhere/my-bao', BAO);
    const found = await findServer(undefined, envOf({ BAO_BIN: path }), silent);
    expect(found).toEqual({ host: 'bao', path, version: '2.99.0' });
  });

  it('takes vault from PATH before bao', async () => {
    await program('bin/bao', BAO);
    const path = await program('bin/vault', VAULT);
    expect(await findServer(undefined, envOf(), silent)).toEqual({ host: 'vault', path, version: '1.99.0' });
  });

  it('takes only the server that is wanted', async () => {
    await program('bin/vault', VAULT);
    const path = await program('bin/bao', BAO);
    expect(await findServer('bao', envOf(), silent)).toMatchObject({ host: 'bao', path });
  });

  it('passes over another program of that name', async () => {
    await program('bin/vault', 'Vault of the bank, v1.0.0');
    const path = await program('bin/bao', BAO);
    expect(await findServer(undefined, envOf(), silent)).toMatchObject({ host: 'bao', path });
  });

  it('says so when a variable names something else', async () => {
    const bao = await program('elsewhere/bao', BAO);
    await expect(findServer(undefined, envOf({ VAULT_BIN: bao }), silent)).rejects.toThrow(/VAULT_BIN names .*bao/);
    const other = await program('elsewhere/other', 'hello');
    await expect(findServer(undefined, envOf({ BAO_BIN: other }), silent)).rejects.toThrow('BAO_BIN does not name');
  });

  it('knows its hosts by name', () => {
    expect(hostNamed('bao')).toBe('bao');
    expect(() => hostNamed('mybox')).toThrow('HOST=vault or HOST=bao');
  });
});
