import { writeFileSync, writeSync } from 'node:fs';
import { isSea } from 'node:sea';
import { isAllowedVariable } from './support/allowed-variables.ts';
import { systemClock } from './support/clock.ts';
import { hclogLine } from './support/hclog-line.ts';
import { reasonOf } from './support/reason-of.ts';

/*
 * Imported before everything else, for what it does to the process: grpc-js and the SDKs read the variables that make
 * them print when they are loaded. The shell script at the head of the plugin's file does most of it already; the single
 * executable has only this.
 */

/** What the operator has to hear of it, once there is a log. */
export const restrictions: readonly string[] = restrictProcess();

function restrictProcess(): readonly string[] {
  // Where nobody listens, Node answers this signal by opening its debugger on a port that every user of the machine reaches.
  process.on('SIGUSR1', () => undefined);
  const tlsUnchecked = process.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0';
  const dropped = Object.keys(process.env).filter((name) => !isAllowedVariable(name));
  for (const name of dropped) Reflect.deleteProperty(process.env, name);
  const inEffect = dropped.filter(hasActed);
  if (inEffect.length > 0) startAnew(inEffect);
  return [
    ...(tlsUnchecked ? ['NODE_TLS_REJECT_UNAUTHORIZED is ignored: certificates are always verified'] : []),
    ...emptyCoreDumps(),
  ];
}

/**
 * Keeps memory, and so key material, out of core dumps (core(5)); Node.js can set no limit for their size. Holds for the
 * processes that this one starts as well.
 *
 * @returns what the operator has to hear
 */
function emptyCoreDumps(): readonly string[] {
  if (process.platform !== 'linux') return [];
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
    return [];
  } catch (error) {
    // Of a process whose file has capabilities, which the kernel dumps for nobody.
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return [];
    return [`a core dump would hold key material, forbid it by LimitCORE=0 or ulimit -c 0: ${reasonOf(error)}`];
  }
}

/**
 * Whether a variable did its work before the first line of ours, in Node or in the system's loader. NODE_VERSION is of
 * the images that Node comes in, and Node does not read it.
 */
function hasActed(name: string): boolean {
  return /^(NODE|OPENSSL|LD)_/.test(name) && !/^NODE_(ENV|VERSION|TLS_REJECT_UNAUTHORIZED)$/.test(name);
}

/** Becomes a process that was started without the variables. Needs Node 22.15 or 23.11, on a system that has execve. */
function startAnew(names: readonly string[]): void {
  const { execve } = process as { execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => void };
  if (execve !== undefined) {
    // A single executable has no script, but its own name in the script's place.
    const args = isSea() ? process.argv.slice(2) : [...process.execArgv, ...process.argv.slice(1)];
    execve(process.execPath, [process.argv0, ...args], process.env);
  }
  const message =
    `${names.join(', ')} in the environment has acted before the plugin could drop it: unset it, ` +
    "or start the plugin's file itself, not node with the file";
  const line = hclogLine({ level: 'error', message, module: 'keymgmt', fields: {}, time: systemClock.now() });
  writeSync(2, `${line}\n`);
  process.exit(1);
}
