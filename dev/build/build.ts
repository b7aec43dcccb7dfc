/** `npm run build`: makes plugin/bin/vault-plugin-secrets-keymgmt and says what to register. */
import { relative } from 'node:path';
import { sha256OfFile } from '../servers/cached-binary.ts';
import { bundlePlugin, PLUGIN_FILE } from './bundle-plugin.ts';

const size = await bundlePlugin(PLUGIN_FILE);
process.stdout.write(`${relative(process.cwd(), PLUGIN_FILE)}  ${(size / 1e6).toFixed(1)} MB\n`);
process.stdout.write(`sha256  ${await sha256OfFile(PLUGIN_FILE)}\n`);
