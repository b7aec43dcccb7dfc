import { access, readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { fields } from '../../src/framework/index.ts';

const ROOT = new URL('../../', import.meta.url);
const GUIDE = new URL('docs/writing-a-plugin.md', ROOT);
/** Code that is compiled and run: what the guide quotes is there, word for word. */
const QUOTED = ['examples/hello-plugin/', 'test/examples/'];

const guide = await readFile(GUIDE, 'utf8');
const folders = QUOTED.map((folder) => new URL(folder, ROOT));
const files = await Promise.all(
  folders.map(async (folder) => (await readdir(folder)).map((name) => new URL(name, folder))),
);
const sources = await Promise.all(files.flat().map((file) => readFile(file, 'utf8')));

const inGuide = (expression: RegExp): readonly string[] => [...guide.matchAll(expression)].map(([, part = '']) => part);
const blocks = inGuide(/^```ts\n(.*?)^```$/gms);
const links = inGuide(/\]\((?!https?:)([^)#]+)[^)]*\)/g);

describe('the guide to writing a plugin', () => {
  it('quotes all of the example, which is of about 40 lines as it says', () => {
    const example = sources.slice(0, files[0]?.length);
    expect(example.filter((source) => !blocks.includes(source))).toEqual([]);
    expect(guide).toContain('of about 40 lines');
    expect(example.join('').split('\n').length - 1).toBeLessThanOrEqual(48);
  });

  it.each(blocks.map((block) => [block.slice(0, block.indexOf('\n')), block]))(
    'quotes what is run: %s …',
    (_, block) => {
      expect(sources.some((source) => source.includes(block))).toBe(true);
    },
  );

  it.each(links)('links to %s, which is there', async (link) => {
    await access(new URL(link, GUIDE));
  });

  it('names every type of field', () => {
    expect(inGuide(/^\| `(\w+)` +\|/gm)).toEqual(Object.keys(fields));
  });
});
