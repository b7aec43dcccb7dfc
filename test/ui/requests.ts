import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from './ui-session.ts';

/** A request of the UI, as a row of the table in docs/ui.md: what is asked, the fields of the body, all answers. */
export type RequestRow = readonly [request: string, fields: string, statuses: string];

/** What was asked, with `:key` and `:kms` for the names, each once. */
export function requestsOf(exchanges: readonly Exchange[]): readonly RequestRow[] {
  const rows = new Map<string, { readonly fields: Set<string>; readonly statuses: Set<number> }>();
  for (const { method, path, sent, status } of exchanges) {
    const form = path.replace(/(^|\/)(key|kms)\/[^/?]+/g, '$1$2/:$2');
    const request = `${method} ${form}`;
    const row = rows.get(request) ?? { fields: new Set(), statuses: new Set() };
    for (const field of Object.keys(sent ?? {})) row.fields.add(field);
    row.statuses.add(status);
    rows.set(request, row);
  }
  return [...rows]
    .map(([request, { fields, statuses }]): RequestRow => [
      request,
      [...fields].sort().join(', '),
      [...statuses].sort((one, other) => one - other).join(', '),
    ])
    .sort(byRequest);
}

/** The rows of the table in docs/ui.md. */
export function documentedRequests(): readonly RequestRow[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/ui.md'), 'utf8');
  return [...page.matchAll(/^\| `((?:GET|POST|PUT|DELETE) [^`]+)` +\| ([^|]*?) *\| ([\d, ]+?) *\|/gm)]
    .map(([, request = '', fields = '', statuses = '']): RequestRow => [
      request,
      fields.replaceAll('`', '').replace('–', ''),
      statuses,
    ])
    .sort(byRequest);
}

const byRequest = ([one]: RequestRow, [other]: RequestRow): number => one.localeCompare(other);
