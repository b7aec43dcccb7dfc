import type { KnownSecrets } from '../../dev/secrecy/known-secrets.ts';
import type { PluginChild } from '../support/host/child.ts';

/** Looks at what a plugin has printed since the last look. @returns what is wrong with it, in words */
export type PrintedFaults = () => readonly string[];

/** A host gives up on the structure of longer lines. */
const MAX_LINE_BYTES = 64 * 1024;
const LEVELS: readonly unknown[] = ['trace', 'debug', 'info', 'warn', 'error'];
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
/** Said by the shell that the plugin's file starts in, before Node is there; a host logs it as text. */
const SAID_BY_SHELL = /^(sh: 0|shell-init): .*getcwd.*: No such file or directory$/;
/** By these the plugin says that it has stumbled over its own feet. */
const MISTAKES: readonly unknown[] = [
  'request failed unexpectedly',
  'call failed unexpectedly',
  'unexpected fault, the plugin exits',
];

/**
 * Watches a plugin's output as its host must be able to trust it: stdout is the handshake alone; stderr is lines of
 * hclog's JSON, as another type under `@message`, `@level` or `@timestamp` makes Vault panic; no secret is in either.
 */
export function watchPrinted(plugin: PluginChild, secrets: KnownSecrets): PrintedFaults {
  let seen = 0;
  return () => {
    const faults: string[] = [];
    if (!/^1\|[^\n]*\n$/.test(plugin.stdout())) faults.push(`stdout is ${JSON.stringify(plugin.stdout())}`);
    const end = plugin.stderr().lastIndexOf('\n') + 1;
    const text = plugin.stderr().slice(seen, end);
    seen = end;
    for (const line of text.split('\n').slice(0, -1)) faults.push(...lineFaults(line));
    for (const { what, as } of secrets.leaksIn([{ where: 'stderr', text }])) faults.push(`${what} is logged as ${as}`);
    return faults;
  };
}

function lineFaults(line: string): readonly string[] {
  if (Buffer.byteLength(line) >= MAX_LINE_BYTES) return [`a line of ${line.length} characters is logged`];
  if (SAID_BY_SHELL.test(line)) return [];
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return [`no JSON is logged: ${line}`];
  }
  if (typeof entry !== 'object' || entry === null) return [`no object is logged: ${line}`];
  const fields = new Map(Object.entries(entry));
  const at = [...fields.keys()].filter((key) => key.startsWith('@')).sort();
  const sound =
    at.join() === '@level,@message,@module,@timestamp' &&
    at.every((key) => typeof fields.get(key) === 'string') &&
    LEVELS.includes(fields.get('@level')) &&
    TIMESTAMP.test(String(fields.get('@timestamp')));
  if (!sound) return [`a host cannot read the line: ${line}`];
  return MISTAKES.includes(fields.get('@message')) ? [`a mistake is logged: ${line}`] : [];
}
