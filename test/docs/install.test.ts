import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { imageTable, whatIsMissing } from '../../dev/dist/image-table.ts';
import NEEDS from '../../dev/dist/needs.json' with { type: 'json' };
import { SERVER_IMAGES } from '../../dev/dist/server-images.ts';

const PAGE = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/install.md'), 'utf8');

const cellsOf = (table: string): readonly string[][] =>
  table
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.includes('---'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

it('shows the table of server images as `npm run dist:images` writes it', () => {
  const [, written = ''] = /<!-- images:[^\n]*-->\n([^]*?)<!-- \/images -->/.exec(PAGE) ?? [];
  expect(cellsOf(written)).toEqual(cellsOf(imageTable(NEEDS, SERVER_IMAGES)));
});

it('finds what an image lacks: a library, or a version of one', () => {
  const image = {
    name: 'old',
    libc: 'glibc',
    libraries: ['libgcc_s.so.1'],
    symbols: {},
    tested: false,
    remedy: '',
  } as const;
  expect(whatIsMissing(NEEDS.glibc, { ...image, symbols: { ...NEEDS.glibc.symbols, GLIBC: '2.17' } })).toEqual([
    '`libstdc++.so.6`',
    'GLIBC 2.28',
  ]);
});
