// First: what it does to the environment must be done before the others read it.
import { restrictions } from './restrict-process.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { BackendFactory } from './logical/index.ts';
import { servePlugin } from './vault/serve.ts';

const { version } = packageJson;
let engine: Promise<BackendFactory> | undefined;

/** Loads the engine once. It is not imported above: the server waits for the handshake line, which needs none of it. */
const load = (): Promise<BackendFactory> =>
  (engine ??= import('./engine.ts').then(({ engineFactory }) => engineFactory(version)));

void servePlugin({
  name: 'keymgmt',
  version: `v${version}`,
  warnings: restrictions,
  factory: async (config) => (await load())(config),
  load,
});
