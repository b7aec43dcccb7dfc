import { registerArguments } from '../../servers/install-plugin.ts';
import { expectSuccess } from '../expect.ts';
import { cli, type Step } from '../step.ts';

/** Brings the plugin into the server. */
export const MOUNT: readonly Step[] = [
  cli({
    title: 'Register the plugin with its SHA-256',
    command: ({ plugin }) => registerArguments(plugin),
    check: expectSuccess,
  }),
  cli({
    title: 'Enable the secrets engine',
    command: () => ['secrets', 'enable', 'keymgmt'],
    check: expectSuccess,
  }),
];
