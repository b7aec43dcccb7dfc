/**
 * `npm run bench:verbs`: what each verb costs in storage operations and KMS calls, as a Markdown table. Each verb runs
 * over its own storage and account, with all permissions and with the documented eleven; one row where they cost the
 * same. The numbers are the same in every run.
 */
import { isDeepStrictEqual } from 'node:util';
import { DOCUMENTED_PERMISSIONS } from '../test/support/documented-permissions.ts';
import { newWorld, type Costs } from './metered-world.ts';
import { VERBS, type Verb } from './verbs.ts';

const HEADER = ['Verb', 'Permissions', 'get', 'put', 'delete', 'list', 'KMS', 'KMS calls by action'];

async function costsOf(verb: Verb, allow: readonly string[] | undefined): Promise<Costs> {
  const world = await newWorld(allow);
  try {
    await verb.prepare(world);
    return await world.during(() => verb.run(world));
  } finally {
    await world.close();
  }
}

function row(verb: string, permissions: string, { storage, calls }: Costs): readonly string[] {
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const byAction = Object.entries(calls).map(([action, count]) => (count === 1 ? action : `${count} ${action}`));
  const { get, put, delete: deletes, list } = storage;
  return [verb, permissions, ...[get, put, deletes, list, total].map(String), byAction.join(', ')];
}

const rows: (readonly string[])[] = [];
for (const verb of VERBS) {
  const all = await costsOf(verb, undefined);
  const documented = await costsOf(verb, DOCUMENTED_PERMISSIONS);
  if (isDeepStrictEqual(all, documented)) rows.push(row(verb.name, 'any', all));
  else rows.push(row(verb.name, 'all', all), row(verb.name, 'documented', documented));
}

const widths = HEADER.map((title, column) =>
  Math.max(title.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
);
const isNumber = (column: number): boolean => column >= 2 && column <= 6;
const line = (cells: readonly string[]): string => {
  const padded = cells.map((cell, column) => {
    const width = widths[column] ?? 0;
    return isNumber(column) ? cell.padStart(width) : cell.padEnd(width);
  });
  return `| ${padded.join(' | ')} |\n`;
};
const rule = widths.map((width, column) => (isNumber(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
process.stdout.write([HEADER, rule, ...rows].map(line).join(''));
