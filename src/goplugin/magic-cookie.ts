import type { Environment } from './plugin-process.ts';

/** The variable by which a host tells a plugin that it is not started by hand. */
export interface MagicCookie {
  readonly key: string;
  readonly value: string;
}

/** What go-plugin prints to whoever starts a plugin by hand. */
export const NOT_A_COMMAND = [
  'This binary is a plugin. These are not meant to be executed directly.',
  'Please execute the program that consumes these plugins, which will',
  'load any plugins automatically',
  '',
].join('\n');

/** Tells whether the host's cookie is there. */
export function hasMagicCookie(env: Environment, cookie: MagicCookie): boolean {
  return env[cookie.key] === cookie.value;
}
