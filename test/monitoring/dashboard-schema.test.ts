import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { MONITORING } from './examples.ts';

const FILE = join(MONITORING, 'dashboard.ts');

it('is a dashboard by the schema that Grafana publishes', async () => {
  const dashboard = await readFile(join(MONITORING, 'dashboard.json'), 'utf8');
  const said = complaints([
    dashboard,
    dashboard.replace('"gridPos"', '"gridpos"'),
    dashboard.replace('"time"', '"thyme"'),
  ]);
  expect(said).toEqual([
    expect.stringMatching(/'"gridpos"' does not exist in type 'Panel</),
    expect.stringMatching(/'"thyme"' does not exist in type 'Dashboard'/),
  ]);
});

/** What the compiler says against dashboards, as JSON, by Grafana's types. */
function complaints(dashboards: readonly string[]): readonly string[] {
  const source = [
    `import type { Dashboard } from '@grafana/schema';`,
    ...dashboards.map((json, index) => `export const dashboard${index}: Dashboard = ${json};`),
  ].join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const files = { ...host };
  host.fileExists = (file) => file === FILE || files.fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === FILE ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : files.getSourceFile(file, ...rest);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([FILE], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
