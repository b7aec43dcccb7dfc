import { describe, expect, it } from 'vitest';
import { NOT_RUN_PAGES, RUN_PAGES } from './run-pages.ts';
import { PAGES, shellBlocks } from './pages.ts';

describe('shell commands on the pages', () => {
  it('stand on pages that are run, or that say why they are not', () => {
    const withCommands = PAGES.filter((page) => shellBlocks(page).length > 0);
    const known = [...RUN_PAGES, ...Object.keys(NOT_RUN_PAGES)];
    expect(withCommands.filter((page) => !known.includes(page))).toEqual([]);
  });

  it.each(RUN_PAGES)('are run on %s, or say why they are not', (page) => {
    const blocks = shellBlocks(page);
    expect(blocks.filter(({ notRun }) => notRun === undefined).length).toBeGreaterThan(0);
    expect(blocks.filter(({ notRun }) => notRun !== undefined && notRun.length < 10)).toEqual([]);
  });
});
