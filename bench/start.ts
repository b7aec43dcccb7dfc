/** `npm run bench [-- runs [file]]`: time to handshake and idle memory of the built plugin, or of one in dist/. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { bundlePlugin } from '../dev/build/bundle-plugin.ts';
import { selfSignedCertificate } from '../src/goplugin/certificate.ts';
import { systemClock } from '../src/support/clock.ts';
import { BACKEND_COOKIE } from '../src/vault/serve.ts';
import { measureBareNode, measureStart } from './measure-start.ts';

const runs = Number(process.argv[2] ?? 15);
const file = process.argv[3];

/** Median, minimum and maximum of the measurements. */
function spread(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): string => (sorted[index] ?? NaN).toFixed(0).padStart(6);
  return `${at(Math.floor(sorted.length / 2))} ${at(0)} ${at(sorted.length - 1)}`;
}

const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
try {
  const plugin = file === undefined ? join(scratch, 'vault-plugin-secrets-keymgmt') : resolve(file);
  const { size } = file === undefined ? await bundlePlugin(plugin) : await stat(plugin);
  // As set by Vault 1.12 and later, and by OpenBao.
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    TMPDIR: scratch,
    [BACKEND_COOKIE.key]: BACKEND_COOKIE.value,
    PLUGIN_PROTOCOL_VERSIONS: '5',
    PLUGIN_CLIENT_CERT: selfSignedCertificate(systemClock).certificate,
    VAULT_VERSION: '1.21.1',
    VAULT_PLUGIN_METADATA_MODE: 'false',
    VAULT_PLUGIN_AUTOMTLS_ENABLED: 'true',
  };
  await measureStart(plugin, env); // Warm-up: the first start reads the file from disk.
  const starts = [];
  const bare = [];
  for (let run = 0; run < runs; run += 1) {
    bare.push(await measureBareNode());
    starts.push(await measureStart(plugin, env));
  }
  const resident = starts.map((start) => start.resident).filter((megabytes) => megabytes !== undefined);
  process.stdout.write(
    [
      `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}`,
      `${(size / 1e6).toFixed(1)} MB in one file, ${runs} starts`,
      '',
      `                            median    min    max`,
      `bare Node, start to end  ms ${spread(bare)}`,
      `start to handshake       ms ${spread(starts.map(({ handshake }) => handshake))}`,
      `idle resident memory     MB ${spread(resident)}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}
