import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import type { CaseResult } from './case-result.ts';
import { compatibilityPage } from './compatibility-page.ts';

const SERVERS = ['Vault 1', 'OpenBao 2'];

/** The cells of the first row of a page that begins with `first`. */
function row(page: string, first: string): readonly string[] {
  const line = page.split('\n').find((each) => each.startsWith(`| ${first} `)) ?? '';
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

const result = (title: string, server: string, outcome: CaseResult['outcome'], reason?: string): CaseResult => ({
  suite: 'a suite',
  title,
  server,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

describe('the page about the servers', () => {
  const page = compatibilityPage(
    [
      result('works', 'Vault 1', 'passed'),
      result('works', 'OpenBao 2', 'failed'),
      result('is for one', 'Vault 1', 'skipped', 'has no such thing'),
      result('is for one', 'OpenBao 2', 'passed'),
      result('is left out', 'Vault 1', 'skipped'),
      result('comes twice', 'Vault 1', 'failed'),
      result('comes twice', 'Vault 1', 'passed'),
      result('comes twice', 'OpenBao 2', 'skipped', 'is too new'),
      result('comes twice', 'OpenBao 2', 'passed'),
      { ...result('works', 'Vault 1', 'passed'), suite: 'another' },
    ],
    SERVERS,
    [{ servers: 'OpenBao', limit: 'cannot fly' }],
  );

  it('counts the outcomes of each server', () => {
    expect(row(page, 'Vault 1')).toEqual(['Vault 1', '3', '1', '2']);
    expect(row(page, 'OpenBao 2')).toEqual(['OpenBao 2', '2', '1', '1']);
  });

  it('has a sign for each case on each server, in the order of the servers', () => {
    expect(row(page, 'case')).toEqual(['case', ...SERVERS]);
    expect(row(page, 'works')).toEqual(['works', '✓', '✗']);
    expect(row(page, 'is left out')).toEqual(['is left out', '–', '']);
  });

  it('says why a case is not for a server, where that is known', () => {
    expect(row(page, 'is for one')).toEqual(['is for one', '–[^1]', '✓']);
    expect(page).toContain('\n[^1]: has no such thing\n');
  });

  it('shows the worst of those that share a title', () => {
    expect(row(page, 'comes twice')).toEqual(['comes twice', '✗', '✓']);
  });

  it('keeps suites apart', () => {
    expect(page.match(/^### .*$/gm)).toEqual(['### a suite', '### another']);
    expect(row(page.slice(page.indexOf('### another')), 'works')).toEqual(['works', '✓', '']);
  });

  it('tells the known limits', () => {
    expect(row(page.slice(page.indexOf('## Known limits')), 'OpenBao')).toEqual(['OpenBao', 'cannot fly']);
  });

  it('keeps a title with signs of Markdown whole', async () => {
    const title = 'takes `a|b`, <c> and [d]: *all* of k_v';
    const text = await format(compatibilityPage([result(title, 'Vault 1', 'passed')], SERVERS, []), {
      parser: 'markdown',
    });
    expect(row(text, 'takes')[0]?.replaceAll('\\', '')).toBe(title);
    expect(row(text, 'takes').slice(1)).toEqual(['✓', '']);
  });
});
