/**
 * `npm run build [-- entry]`: makes plugin/bin/vault-plugin-secrets-keymgmt, or from another entry a plugin named after
 * its folder, and says what to register.
 */
import { basename, dirname, join, relative, resolve } from 'node:path';
import { sha256OfFile } from '../servers/cached-binary.ts';
import { bundlePlugin, PLUGIN_FILE } from './bundle-plugin.ts';

const [, , entry] = process.argv;
const file = entry === undefined ? PLUGIN_FILE : join(dirname(PLUGIN_FILE), basename(dirname(resolve(entry))));
const { size } = await bundlePlugin(file, entry);
process.stdout.write(`${relative(process.cwd(), file)}  ${(size / 1e6).toFixed(1)} MB\n`);
process.stdout.write(`sha256  ${await sha256OfFile(file)}\n`);
