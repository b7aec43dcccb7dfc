/** `make dist`, `npm run dist [-- folder]`: builds what a release consists of into dist/, for this machine's processor. */
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stderrProgress } from '../servers/progress.ts';
import { buildAll } from './build-all.ts';

const folder = resolve(process.argv[2] ?? fileURLToPath(new URL('../../dist', import.meta.url)));
try {
  for (const { name, size, sha256 } of await buildAll(folder, stderrProgress)) {
    process.stdout.write(
      `${relative(process.cwd(), folder)}/${name}  ${(size / 1e6).toFixed(1)} MB\nsha256  ${sha256}\n`,
    );
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
