import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.github/workflows');
const WORKFLOWS = readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), 'utf8')] as const);
/** The jobs of a workflow, each with its lines. */
const jobsOf = (text: string): readonly string[] => (text.split(/^jobs:\n/m)[1] ?? '').split(/^(?= {2}\w)/m);

describe.each(WORKFLOWS)('.github/workflows/%s', (_name, text) => {
  it('pins every action by its full commit, with the version beside it', () => {
    const uses = [...text.matchAll(/^.*\buses:.*$/gm)].map(([line]) => line);
    expect(uses.length).toBeGreaterThan(0);
    for (const line of uses) expect(line).toMatch(/uses: [\w.-]+(\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('has no rights that a job does not ask for, and an end for each job', () => {
    expect(text).toMatch(/^permissions: \{\}$/m);
    expect(text).toMatch(/^concurrency:$/m);
    for (const job of jobsOf(text)) {
      expect(job).toMatch(/^ {4}permissions:$/m);
      expect(job).toMatch(/^ {4}timeout-minutes: \d+$/m);
    }
  });

  it('leaves no credentials in a checkout', () => {
    const checkouts = text.split('uses: actions/checkout@').length - 1;
    expect(text.split('persist-credentials: false').length - 1).toBe(checkouts);
  });

  it('puts no expression into a script', () => {
    const scripts = [...text.matchAll(/^( *)(?:- )?run: (?:\|\n((?:\1 {2}.*\n|\n)+)|(.*))/gm)];
    for (const [, , block, line] of scripts) expect(block ?? line).not.toContain('${{');
  });
});

it('ci.yml runs .ci/run, and the unit tests on each version of Node.js that is supported', () => {
  const [, text = ''] = WORKFLOWS.find(([name]) => name === 'ci.yml') ?? [];
  expect(text).toMatch(/^ {6}- run: \.ci\/run$/m);
  expect(text).toMatch(/^ {6}- run: make test-unit$/m);
  expect(text).toContain("node: ['20.19', '22', '24']");
});

it('SECURITY.md says how to report privately', () => {
  expect(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')).toMatch(/privately.*Report a vulnerability/s);
});
