import { describe, expect, it } from 'vitest';
import { textOf } from './pages.ts';
import { sourceTexts, textsOf, type SourceText } from './source-texts.ts';

/** Sources of refusals that docs/errors.md does not list one by one, and why. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^src\/framework\/(field-data|fields\/)/, "HashiCorp's texts, behind `Field validation failed:`"],
  [/^src\/framework\/(pattern\/|path\.ts|openapi\/|help-text\.ts)/, 'tell who writes a path, or are documents'],
  [/^src\/framework\/(wal|patch)\.ts/, 'the engine uses neither'],
  [/^src\/logical\/in-memory-storage\.ts/, 'of tests'],
  [/^src\/vault\/events-client\.ts/, 'why an event was not sent, in the log'],
  [/^src\/support\/metrics\.ts/, 'writes the text format of Prometheus'],
];

/** Sources of texts about the plugin's process, which an operator finds in the log. */
const OF_THE_PROCESS =
  /^src\/(goplugin\/|restrict-process\.ts|vault\/(unwrap-tls|server-request|server-trust|backend-service)\.ts)/;

/** Texts at the head of the items of a page's lists. */
const listed = (page: string): readonly string[] =>
  [...textOf(page).matchAll(/^ *- `([^`]+)`/gm)].map(([, text = '']) => text);

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();
const of = (texts: readonly SourceText[]): readonly string[] => unique(texts.map(({ text }) => text));

const all = sourceTexts();
const refusals = all.filter(({ use, file }) => use === 'refusal' && !LEFT_OUT.some(([files]) => files.test(file)));

describe('docs/errors.md', () => {
  const known = of(refusals.filter(({ file }) => !OF_THE_PROCESS.test(file)));

  it('lists every text by which a request is refused', () => {
    const page = new Set(listed('docs/errors.md'));
    const missing = known.filter((text) => !page.has(text));
    expect(missing, 'say in docs/errors.md when each of them comes, and what is to be done').toEqual([]);
  });

  it('lists none that is not in the source, and each once', () => {
    // A few texts of the process may be answers, too.
    const inSource = new Set(of(refusals));
    const page = listed('docs/errors.md');
    expect(page.filter((text) => !inSource.has(text))).toEqual([]);
    expect(page).toHaveLength(unique(page).length);
  });
});

describe('docs/operations.md', () => {
  const uses = new Set(['error', 'warn', 'info', 'debug', 'trace', 'warning']);
  const known = of([
    ...all.filter(({ use, file }) => uses.has(use) && !/^src\/framework\/wal/.test(file)),
    ...refusals.filter(({ file }) => OF_THE_PROCESS.test(file)),
  ]);

  it('lists every message of the log, and every warning of an answer', () => {
    const page = new Set([...listed('docs/operations.md'), ...listed('docs/errors.md')]);
    const missing = known.filter((text) => !page.has(text));
    expect(missing, 'say in docs/operations.md what each of them means, and what is to be done').toEqual([]);
  });

  it('lists none that is not in the source', () => {
    const inSource = new Set(known);
    expect(listed('docs/operations.md').filter((text) => !inSource.has(text))).toEqual([]);
  });
});

describe('the texts of a source', () => {
  const textIn = (source: string): readonly string[] =>
    textsOf('a.ts', source).map(({ use, text }) => `${use}: ${text}`);

  it('are those of errors, with their parts and with constants in place', () => {
    expect(
      textIn('const where = `key "${key}"`; throw userError(`${where} is gone: ` + \'make it \' + `at ${path}`);'),
    ).toEqual(['refusal: key "…" is gone: make it at …']);
    expect(textIn("return name === '' ? undefined : `the name ${name} is not taken here`;")).toEqual([
      'refusal: the name … is not taken here',
    ]);
  });

  it('are told from those of the log, of warnings and of help', () => {
    expect(textIn("mount.logger.warn('went wrong', { reason: 'as we all know' });")).toContain('warn: went wrong');
    expect(textIn('return { warnings: [`the key ${key} is old`] };')).toEqual(['warning: the key … is old']);
    expect(textIn("fields.string({ description: 'The name of it.' });")).toEqual(['help: The name of it.']);
  });
});
