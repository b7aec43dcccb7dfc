import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NEXT } from '../../src/providers/version-steps.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8');

/** Folders and files of the picture, by the names that its arrows use. */
const nodes = new Map(
  [...PAGE.matchAll(/^ *(\w+)\["(src\/[\w/.-]+)/gm)].map(([, name = '', path = '']) => [name, path] as const),
);
const arrows = [...PAGE.matchAll(/^ *(\w+) --> (\w+)$/gm)].map(([, from = '', to = '']) => [from, to] as const);

const { forbidden: rules } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: readonly { readonly name: string; readonly comment?: string }[];
};

const sourcesOf = (path: string): readonly string[] =>
  path.endsWith('.ts')
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('generated'))
        .map((name) => `${path}/${name}`);
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
/** Files of the project that a file imports, from the root. */
const importsOf = (file: string): readonly string[] =>
  [...read(file).matchAll(/(?:from |import\()'(\.{1,2}\/[^']+)'/g)].map(([, path = '']) =>
    relative(ROOT, resolve(ROOT, dirname(file), path)),
  );

const foldersIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);

describe('docs/architecture.md', () => {
  it('shows every folder of src/, src/keymgmt/ and src/providers/', () => {
    const folders = ['src', 'src/keymgmt', 'src/providers'].flatMap(foldersIn);
    // The engine is a frame in the picture.
    const drawn = [...nodes.values(), 'src/keymgmt'].filter((path) => !path.endsWith('.ts'));
    expect(drawn.sort()).toEqual(folders.sort());
  });

  it('draws arrows that are imports', () => {
    expect(arrows.length).toBeGreaterThan(20);
    for (const [from, to] of arrows) {
      const [source, target] = [nodes.get(from) ?? '', nodes.get(to) ?? ''];
      const imported = sourcesOf(source).flatMap(importsOf);
      expect(imported, `${source} imports ${target}`).toContainEqual(expect.stringMatching(`^${target}(/|$)`));
    }
  });

  it('says what follows from the state of a version as NEXT does', () => {
    const rows = [...PAGE.matchAll(/^\| `(\w+)` +\|.*\| (\S+) +\| (\S+) +\|$/gm)];
    const next = (cell = ''): string | undefined => (cell === '–' ? undefined : cell.replaceAll('`', ''));
    const table = rows.map(([, state, enabled, disabled]) => [
      state,
      { enabled: next(enabled), disabled: next(disabled) },
    ]);
    expect(Object.fromEntries(table)).toEqual(NEXT);
  });

  it('names rules that .dependency-cruiser.cjs has', () => {
    const known = rules.map(({ name }) => name);
    const named = [...PAGE.matchAll(/`((?:ring|room|aws|providers|attempts|no)-[a-z-]+\*?)`/g)].map(
      ([, name = '']) => name,
    );
    expect(named.length).toBeGreaterThan(4);
    const unknown = named.filter((name) => !known.some((rule) => rule === name || rule.startsWith(name.slice(0, -1))));
    expect(unknown).toEqual([]);
  });
});

describe('CONTRIBUTING.md', () => {
  it('lists the rooms with what each may import', () => {
    const rows = [...read('CONTRIBUTING.md').matchAll(/^\| `(\w+)` +\|.*\| ([^|]+?) *\|$/gm)];
    const listed = new Map(rows.map(([, room = '', cell = '']) => [room, cell.replaceAll('`', '').split(', ')]));
    for (const { name, comment = '' } of rules.filter((rule) => /^room-(?!mount)/.test(rule.name))) {
      const [, allowed = ''] = /may import only: (.*)$/.exec(comment) ?? [];
      const rooms = allowed.split(', ').filter((each) => each !== '' && !each.includes('['));
      expect(listed.get(name.slice('room-'.length)), name).toEqual(rooms.length === 0 ? ['–'] : rooms);
    }
  });
});

describe('the read cache', () => {
  it('is used by reads that show a record, and by nothing that decides a write', () => {
    const readers = sourcesOf('src/keymgmt').filter((file) => /\.peek\(/.test(read(file)));
    expect(readers.filter((file) => !file.includes('/records/')).sort()).toEqual([
      'src/keymgmt/paths/distribution-path.ts',
      'src/keymgmt/paths/key-path.ts',
    ]);
  });
});

describe('the record of a distribution', () => {
  it('is written by the recorder, and by the verbs that create it, remove it and correct it', () => {
    const writers = sourcesOf('src/keymgmt').filter((file) => /\b(distributions|store)\.put\(/.test(read(file)));
    expect(writers.filter((file) => !file.includes('/records/')).sort()).toEqual([
      'src/keymgmt/operations/distribute.ts',
      'src/keymgmt/operations/remove-from-kms.ts',
      'src/keymgmt/operations/sync.ts',
      'src/keymgmt/operations/update-key.ts',
      'src/keymgmt/reconcile/recorder.ts',
    ]);
  });

  it.each(['operations/sync.ts', 'operations/update-key.ts', 'reconcile/recorder.ts'])(
    'changes by what is known in %s',
    (file) => {
      expect(read(`src/keymgmt/${file}`)).toMatch(/import \{[^}]*\bwith(All)?Known\b[^}]*\} from/);
    },
  );
});
