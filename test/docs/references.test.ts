import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const groups = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe.each(PAGES)('%s', (page) => {
  it('names files that exist', () => {
    const named = groups(textOf(page), /`((?:src|test|dev|bench|docs|examples)\/[\w./-]+)`/g);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('links to files that exist', () => {
    const linked = groups(textOf(page), /\]\((?!https?:|#)([^)#]+)/g);
    expect(linked.filter((path) => !existsSync(join(ROOT, dirname(page), path)))).toEqual([]);
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
