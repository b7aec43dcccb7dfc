import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleSource } from '../../dev/build/bundle-plugin.ts';

const { contents } = await bundleSource();

it('loads nothing by import(), which a single executable does not have', () => {
  const text = Buffer.from(contents).toString();
  expect(text.split('\n').filter((line) => /(?<![\w.])import\(/.test(line))).toEqual([]);
});

it('is ASCII, as V8 keeps any other text in two bytes for each character', () => {
  expect(contents.findIndex((byte) => byte > 0x7f)).toBe(-1);
});

it('needs no package, no HTTP and neither rooms nor clouds for the handshake line', async () => {
  const { metafile } = await build({
    absWorkingDir: fileURLToPath(new URL('../..', import.meta.url)),
    entryPoints: ['src/main.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    metafile: true,
    write: false,
  });
  const needed = new Set<string>();
  const visit = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    for (const { path: next, kind } of metafile.inputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(next);
    }
  };
  visit('src/main.ts');
  const rest = [...needed].filter((path) => !/^src\/(?:goplugin|support|vault)\//.test(path));
  expect(rest.sort()).toEqual([
    'node:crypto',
    'node:events',
    'node:fs',
    'node:net',
    'node:os',
    'node:path',
    'node:sea',
    'node:stream',
    'node:util',
    'package.json',
    'src/main.ts',
    'src/restrict-process.ts',
  ]);
});
