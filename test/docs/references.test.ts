import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, textOf } from './pages.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const groups = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

/** The names by which GitHub links to the headings of a page. */
const headingsOf = (page: string): readonly string[] =>
  groups(textOf(page), /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(PAGES)('%s', (page) => {
  it('names files that exist', () => {
    const named = groups(textOf(page), /`((?:src|test|dev|bench|docs|examples)\/[\w./-]+)`/g);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('links to files that exist', () => {
    const linked = groups(textOf(page), /\]\((?!https?:|#)([^)#]+)/g);
    expect(linked.filter((path) => !existsSync(join(ROOT, dirname(page), path)))).toEqual([]);
  });

  it('links to headings that exist', () => {
    const linked = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const missing = linked.filter(([, path = '', heading = '']) => {
      const target = path === '' ? page : relative(ROOT, resolve(ROOT, dirname(page), path));
      return target.endsWith('.md') && !headingsOf(target).includes(heading);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

describe('docs/verification.md', () => {
  it('names tests that exist for each fault of the surroundings', () => {
    const [, table = ''] = /## When the surroundings lie\n([^]*?)\n## /.exec(textOf('docs/verification.md')) ?? [];
    const named = groups(
      table,
      /`((?:keymgmt|reconcile|providers|property|e2e|framework|hostile|vault|crypto)\/[\w/-]+)`/g,
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((name) => !existsSync(join(ROOT, 'test', `${name}.test.ts`)))).toEqual([]);
  });
});
