import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSignedCertificate } from '../../src/goplugin/certificate.ts';
import { systemClock } from '../../src/support/clock.ts';
import { BACKEND_COOKIE } from '../../src/vault/serve.ts';
import { EXEC_ARGV } from './exec-argv.ts';
import type { NodeRuntime } from './node-runtime.ts';
import { succeed } from './pinned-package.ts';

/** Name of the bundle in the stack traces that operators send, and of the asset that holds it. */
export const BUNDLE = 'vault-plugin-secrets-keymgmt.cjs';
/** Name of the asset that holds the code cache. */
export const CACHE = 'code-cache';

/**
 * V8 chooses the seed of its hash tables at random, and their order is in a code cache: with this the cache has the same
 * bytes each time. V8 does not count it among the options that a cache depends on, so that an executable has a random
 * seed of its own at each start.
 */
const SAME_CACHE = '--random-seed=1';

/** The bundle as a function, for a script that gives it what a module gets. In the file, as adding it would copy the text. */
export function asFunction(bundle: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('(function (exports, require, module) {'), bundle, Buffer.from('\n})')]);
}

/** The main script of an executable: runs the bundle with its code cache. */
export const LOADER = `'use strict';
const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');
const script = new Script(Buffer.from(getRawAsset('${BUNDLE}')).latin1Slice(), {
  filename: '${BUNDLE}',
  cachedData: Buffer.from(getRawAsset('${CACHE}')),
});
if (script.cachedDataRejected) require('node:fs').writeSync(2, 'the code cache is rejected, starts are slow\\n');
script.runInThisContext()(exports, require, module);
`;

/**
 * Starts the bundle and writes the cache when it has loaded everything that it loads at a start. All of that happens in
 * the turn of the event loop in which the handshake line is written.
 */
const RECORDER = `'use strict';
const fs = require('node:fs');
const { Script } = require('node:vm');
const script = new Script(fs.readFileSync('${BUNDLE}', 'latin1'), { filename: '${BUNDLE}' });
const { writeSync, writeFileSync } = fs;
fs.writeSync = (fd, ...rest) => {
  if (fd === 1) setImmediate(() => {
    writeFileSync('${CACHE}', script.createCachedData());
    process.exit(0);
  });
  return writeSync(fd, ...rest);
};
script.runInThisContext()(exports, require, module);
`;

/**
 * Makes the code cache of a bundle, with the functions that a start calls: one that is made of a text alone, as Node.js
 * makes it for an executable, holds no function that is not called while the text is loaded.
 *
 * @param folder - holds the bundle, as a function, and gets the cache
 * @throws {Error} when the bundle does not start
 */
export async function makeCodeCache({ command }: NodeRuntime, folder: string): Promise<void> {
  const recorder = 'record-code-cache.cjs';
  await writeFile(join(folder, recorder), RECORDER);
  const [program = '', ...args] = command;
  // A socket wants a short path.
  const sockets = await mkdtemp(join(tmpdir(), 'cache-'));
  const env = {
    TMPDIR: sockets,
    [BACKEND_COOKIE.key]: BACKEND_COOKIE.value,
    PLUGIN_PROTOCOL_VERSIONS: '5',
    PLUGIN_CLIENT_CERT: selfSignedCertificate(systemClock).certificate,
  };
  try {
    const said = await succeed(program, [...args, ...EXEC_ARGV, SAME_CACHE, recorder], env, folder);
    if (!said.startsWith('1|5|')) throw new Error(`the bundle says "${said}", which is not a handshake`);
  } finally {
    await rm(sockets, { recursive: true, force: true });
  }
}
