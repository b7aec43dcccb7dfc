/**
 * `npm run dist:reproduce [-- report]`: builds the committed sources twice, in two folders and surroundings that differ,
 * compares every file, and writes a report. Exits with 1 where a byte differs.
 */
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256OfFile } from '../servers/cached-binary.ts';
import { succeed } from './pinned-package.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What two builds on one machine can have different. */
const SURROUNDINGS = [
  { folder: 'a', env: { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' } },
  { folder: 'elsewhere/with a/longer path', env: { TZ: 'Asia/Kolkata', LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' } },
];

interface Build {
  readonly folder: string;
  readonly files: ReadonlyMap<string, string>;
}

async function buildIn(scratch: string, { folder, env }: (typeof SURROUNDINGS)[number]): Promise<Build> {
  const sources = join(scratch, folder);
  await succeed('git', ['clone', '--quiet', '--no-hardlinks', ROOT, sources], process.env);
  // As links, as a copy of its own takes long; the bundle names its files from the project's folder.
  await succeed('cp', ['-al', join(ROOT, 'node_modules'), join(sources, 'node_modules')], process.env);
  process.stderr.write(`Building in ${sources}\n`);
  const target = join(sources, 'dist');
  await succeed('npm', ['run', '--silent', 'dist'], { ...process.env, ...env }, sources);
  const files = new Map<string, string>();
  for (const name of (await readdir(target)).sort()) files.set(name, await sha256OfFile(join(target, name)));
  return { folder: target, files };
}

const scratch = await mkdtemp(join(tmpdir(), 'reproduce-'));
try {
  const builds = [];
  for (const surroundings of SURROUNDINGS) builds.push(await buildIn(scratch, surroundings));
  const [first, second] = builds;
  if (first === undefined || second === undefined) throw new Error('two builds are compared');
  const names = [...new Set([...first.files.keys(), ...second.files.keys()])].sort();
  const rows = [];
  for (const name of names) {
    const [one, other] = [first.files.get(name), second.files.get(name)];
    const size = one === undefined ? 0 : (await stat(join(first.folder, name))).size;
    rows.push({ name, size, same: one === other, one: one ?? 'missing', other: other ?? 'missing' });
  }
  const commit = (await succeed('git', ['-C', ROOT, 'rev-parse', 'HEAD'], process.env)).trim();
  const report = [
    '# Two builds compared',
    '',
    `Commit ${commit}, built twice by \`npm run dist\` on one machine: ${process.platform} ${process.arch}, Node.js ${process.version}.`,
    'The builds differed in time, folder, time zone and locale. They shared the packages in node_modules, the cache of',
    'pinned packages, the kernel, and the tools of the system (`strip`, `tar`, `gzip`), which the provenance index names.',
    '',
    '| file | bytes | SHA-256 | the same |',
    '| --- | --- | --- | --- |',
    ...rows.map(({ name, size, same, one, other }) => {
      return `| ${name} | ${size} | ${same ? one : `${one} / ${other}`} | ${same ? 'yes' : 'NO'} |`;
    }),
    '',
  ].join('\n');
  const file = process.argv[2] ?? join(ROOT, 'reports/reproduce.md');
  await succeed('mkdir', ['-p', join(file, '..')], process.env);
  await writeFile(file, report);
  process.stdout.write(report);
  if (rows.length === 0 || rows.some(({ same }) => !same)) process.exitCode = 1;
} finally {
  await rm(scratch, { recursive: true, force: true });
}
