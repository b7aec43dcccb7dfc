import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runCommand } from '../servers/run-command.ts';
import { asFunction, BUNDLE, CACHE, LOADER, makeCodeCache } from './code-cache.ts';
import { EXEC_ARGV } from './exec-argv.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { succeed } from './pinned-package.ts';

/** By which Node.js knows that something was injected; its documentation gives both names. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const RESOURCE = 'NODE_SEA_BLOB';

/** The main script of an executable, which loads the bundle. */
const MAIN = 'main.cjs';

/**
 * Makes one executable file of a bundle and a Node.js. The same two make the same bytes.
 *
 * @param scratch - an empty folder, for the caller to remove
 * @throws {Error} when a tool fails
 */
export async function makeExecutable(
  source: Uint8Array,
  runtime: NodeRuntime,
  target: string,
  scratch: string,
): Promise<void> {
  await mkdir(scratch, { recursive: true });
  const blob = await makeBlob(source, runtime, scratch);
  const made = join(scratch, 'executable');
  await copyFile(runtime.base, made);
  await inject(made, blob);
  await chmod(made, 0o755);
  await mkdir(dirname(target), { recursive: true });
  // In one step, as a server may be starting the old one. The folders may be on two file systems.
  const beside = `${target}.${process.pid}`;
  try {
    await copyFile(made, beside);
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
    await rm(made, { force: true });
  }
}

async function makeBlob(source: Uint8Array, runtime: NodeRuntime, scratch: string): Promise<string> {
  await writeFile(join(scratch, BUNDLE), asFunction(source));
  await makeCodeCache(runtime, scratch);
  await writeFile(join(scratch, MAIN), LOADER);
  const config = {
    main: MAIN,
    output: 'blob',
    disableExperimentalSEAWarning: true,
    assets: { [BUNDLE]: BUNDLE, [CACHE]: CACHE },
    execArgv: EXEC_ARGV,
    // NODE_OPTIONS changes nothing.
    execArgvExtension: 'none',
  };
  await writeFile(join(scratch, 'config.json'), JSON.stringify(config));
  const [program = '', ...args] = runtime.command;
  // Names are relative, as that of the main script goes into the blob.
  const options = [...EXEC_ARGV, '--experimental-sea-config', 'config.json'];
  await succeed(program, [...args, ...options], { PATH: process.env['PATH'] }, scratch);
  return join(scratch, 'blob');
}

async function inject(executable: string, blob: string): Promise<void> {
  const cli = createRequire(import.meta.url).resolve('postject/dist/cli.js');
  await succeed(process.execPath, [cli, executable, RESOURCE, blob, '--sentinel-fuse', FUSE], process.env);
}

/**
 * Starts an executable without a host and reads what it says: that it is a plugin, and nothing else.
 *
 * @param command - the executable, or the loader that starts it with it
 * @throws {Error} when it does not start here, or says more: that it has rejected its code cache, say
 */
export async function checkExecutable(command: readonly string[]): Promise<void> {
  const [program = '', ...args] = command;
  const { code, stdout, stderr } = await runCommand(program, args, { env: {} });
  const said = stdout + stderr;
  const expected = /^This binary is a plugin\.[^]*load any plugins automatically\n$/;
  if (code !== 1 || !expected.test(said)) throw new Error(`${program} ends with ${code} and says: ${said}`);
}
