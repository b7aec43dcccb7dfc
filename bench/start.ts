/** `npm run bench:start [-- runs [file]]`: time to handshake and idle memory of the built plugin, or of one in dist/. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundlePlugin } from '../dev/build/bundle-plugin.ts';
import { measureBareNode, measureStart, startingServer } from './measure-start.ts';

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
  const server = startingServer(scratch);
  await measureStart(plugin, server); // Warm-up: the first start reads the file from disk.
  const starts = [];
  const bare = [];
  for (let run = 0; run < runs; run += 1) {
    bare.push(await measureBareNode());
    starts.push(await measureStart(plugin, server));
  }
  process.stdout.write(
    [
      `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model ?? '?'}`,
      `${(size / 1e6).toFixed(1)} MB in one file, ${runs} starts`,
      '',
      `                            median    min    max`,
      `bare Node, start to end  ms ${spread(bare)}`,
      `start to handshake       ms ${spread(starts.map(({ handshake }) => handshake))}`,
      `start to first answer    ms ${spread(starts.map(({ answer }) => answer))}`,
      `processor time to then   ms ${spread(starts.map(({ cpu }) => cpu))}`,
      `idle resident memory     MB ${spread(starts.map(({ resident }) => resident))}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(scratch, { recursive: true, force: true });
}
