import type { Distribution, VersionRecord } from './distribution.ts';
import type { DistributionHead, DistributionPart, DividedHead } from './distribution-schema.ts';

/** One list of a distribution record as storage holds it. */
interface Table<T> {
  /** All entries by their numbers, which begin at 1. */
  readonly entries: Map<number, T>;
  /** Numbers of the entries that the head holds, or names as dropped; all others are in parts. */
  readonly inHead: Set<number>;
  /** How many parts there are. */
  parts: number;
}

/** What storage holds of one distribution, entry by entry. */
export interface Layout {
  /** Numbers in a part. */
  readonly size: number;
  divided: boolean;
  readonly versions: Table<VersionRecord>;
  readonly replaced: Table<string>;
}

type TableName = 'versions' | 'replaced';

/** An entry that is set, or dropped for undefined. */
export type Change =
  | { readonly table: 'versions'; readonly number: number; readonly value: VersionRecord | undefined }
  | { readonly table: 'replaced'; readonly number: number; readonly value: string | undefined };

/** A layout of nothing. */
export function emptyLayout(size: number): Layout {
  const table = <T>(): Table<T> => ({ entries: new Map<number, T>(), inHead: new Set(), parts: 0 });
  return { size, divided: false, versions: table(), replaced: table() };
}

/** Names of the parts that a head needs. */
export function partNames(head: DistributionHead): readonly string[] {
  if (!head.divided) return [];
  const names = (table: TableName): readonly string[] =>
    Array.from({ length: head.parts[table] }, (_, index) => partName(table, index));
  return [...names('versions'), ...names('replaced')];
}

function partName(table: TableName, index: number): string {
  // As the first release that divided records named them.
  return `${table === 'replaced' ? 'retired' : table}-${index}`;
}

/** Puts a record together. @param size numbers in a part, for a record that is not divided yet */
export function assemble(
  head: DistributionHead,
  parts: readonly DistributionPart[],
  size: number,
): { readonly record: Distribution; readonly layout: Layout } {
  const layout = emptyLayout(head.divided ? head.parts.size : size);
  if (!head.divided) {
    for (const change of changesTo(layout, head.record)) applyChange(layout, change);
    return { record: head.record, layout };
  }
  layout.divided = true;
  layout.versions.parts = head.parts.versions;
  layout.replaced.parts = head.parts.replaced;
  for (const part of parts) {
    for (const [number, value] of Object.entries(part.versions ?? {})) layout.versions.entries.set(+number, value);
    for (const [number, value] of Object.entries(part.replaced ?? {})) layout.replaced.entries.set(+number, value);
  }
  for (const [number, value] of Object.entries(head.versions)) set(layout.versions, +number, value);
  for (const [number, value] of Object.entries(head.replaced)) set(layout.replaced, +number, value);
  return { record: recordOf(head, layout), layout };
}

function set<T>(table: Table<T>, number: number, value: T | null): void {
  if (value === null) table.entries.delete(number);
  else table.entries.set(number, value);
  table.inHead.add(number);
}

function recordOf({ fields }: DividedHead, layout: Layout): Distribution {
  const versions = Object.fromEntries(layout.versions.entries);
  const inUse = new Set(Object.values(versions).map((state) => (state.state === 'creating' ? '' : state.remote_id)));
  // An id counts as replaced once no version holds it: with many changes, it is written first that it is replaced. The
  // objects of several places may share an id, so that one may be in use where the other was replaced.
  const isReplaced = (id: string): boolean => fields.places !== undefined || !inUse.has(id);
  const replaced = byNumber(layout.replaced.entries).filter(isReplaced);
  const some = replaced.length > 0 || layout.replaced.inHead.size > 0;
  return { ...fields, ...(some ? { replaced } : {}), versions };
}

function byNumber<T>(entries: ReadonlyMap<number, T>): T[] {
  return [...entries].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/**
 * What differs between what is stored and a record, in the order in which it may be written one after the other: what
 * is replaced is noted as such before its version is dropped, so that nothing that was made is ever in neither.
 */
export function changesTo(layout: Layout, record: Distribution): Change[] {
  const { added, dropped } = replacedChanges(layout.replaced.entries, record.replaced ?? []);
  const { entries } = layout.versions;
  const versions: Change[] = [];
  // By number: walking over the names of ten thousand members would cost ten times as much, at each write.
  const highest = Number(Object.keys(record.versions).at(-1) ?? 0);
  let found = 0;
  for (let number = 1; number <= highest; number++) {
    const value = record.versions[number];
    const stored = entries.get(number);
    if (stored !== undefined) found++;
    if (stored !== value) versions.push({ table: 'versions', number, value });
  }
  if (found < entries.size) {
    for (const number of entries.keys()) {
      if (number > highest) versions.push({ table: 'versions', number, value: undefined });
    }
  }
  return [...added, ...versions, ...dropped];
}

function replacedChanges(
  stored: ReadonlyMap<number, string>,
  wanted: readonly string[],
): { readonly added: readonly Change[]; readonly dropped: readonly Change[] } {
  if (stored.size === 0 && wanted.length === 0) return { added: [], dropped: [] };
  const left = new Set(wanted);
  const dropped: Change[] = [];
  let last = 0;
  for (const [number, id] of stored) {
    last = Math.max(last, number);
    if (!left.delete(id)) dropped.push({ table: 'replaced', number, value: undefined });
  }
  return { added: [...left].map((value, index) => ({ table: 'replaced', number: last + 1 + index, value })), dropped };
}

/** Notes a change as held by the head. */
export function applyChange(layout: Layout, change: Change): void {
  if (change.table === 'versions') apply(layout.versions, layout.size, change.number, change.value);
  else apply(layout.replaced, layout.size, change.number, change.value);
}

function apply<T>(table: Table<T>, size: number, number: number, value: T | undefined): void {
  set(table, number, value ?? null);
  // Nothing to be named as dropped where no part holds it.
  if (value === undefined && number > table.parts * size) table.inHead.delete(number);
}

/** How many entries the head would hold with these changes. */
export function headEntries({ versions, replaced }: Layout, changes: readonly Change[]): number {
  const more = changes.filter(({ table, number }) => !(table === 'versions' ? versions : replaced).inHead.has(number));
  return versions.inHead.size + replaced.inHead.size + more.length;
}

/** The parts to be written before the entries that the head holds may leave it. Empties the head's share. */
export function foldHead(layout: Layout): ReadonlyMap<string, DistributionPart> {
  const parts = new Map<string, DistributionPart>();
  for (const [index, versions] of fold(layout.versions, layout.size)) {
    parts.set(partName('versions', index), { versions });
  }
  for (const [index, replaced] of fold(layout.replaced, layout.size)) {
    parts.set(partName('replaced', index), { replaced });
  }
  return parts;
}

function fold<T>(table: Table<T>, size: number): ReadonlyMap<number, Record<string, T>> {
  const indexes = new Set([...table.inHead].map((number) => Math.floor((number - 1) / size)));
  // Parts are numbered without gaps, so that one that is missing is noticed.
  for (let index = table.parts; index <= Math.max(-1, ...indexes); index++) indexes.add(index);
  const parts = new Map<number, Record<string, T>>();
  for (const index of indexes) {
    const part: Record<string, T> = {};
    for (let number = index * size + 1; number <= (index + 1) * size; number++) {
      const value = table.entries.get(number);
      if (value !== undefined) part[number] = value;
    }
    parts.set(index, part);
    table.parts = Math.max(table.parts, index + 1);
  }
  table.inHead.clear();
  return parts;
}

/** The head of a record, as it is to be stored with a layout. */
export function headOf(record: Distribution, layout: Layout): DistributionHead {
  if (!layout.divided) return { divided: false, record };
  const { size, versions, replaced } = layout;
  const { versions: _all, replaced: _others, ...fields } = record;
  return {
    divided: true,
    fields,
    versions: heldByHead(versions),
    replaced: heldByHead(replaced),
    parts: { size, versions: versions.parts, replaced: replaced.parts },
  };
}

function heldByHead<T>({ inHead, entries }: Table<T>): Record<string, T | null> {
  return Object.fromEntries([...inHead].map((number) => [String(number), entries.get(number) ?? null]));
}
