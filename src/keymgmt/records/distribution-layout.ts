import type { Distribution, DistributionHead, DistributionPart, DividedHead, RemoteVersion } from './distribution.ts';

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
  readonly versions: Table<RemoteVersion>;
  readonly retired: Table<string>;
}

type TableName = 'versions' | 'retired';

/** An entry that is set, or dropped for undefined. */
export type Change =
  | { readonly table: 'versions'; readonly number: number; readonly value: RemoteVersion | undefined }
  | { readonly table: 'retired'; readonly number: number; readonly value: string | undefined };

/** A layout of nothing. */
export function emptyLayout(size: number): Layout {
  const table = <T>(): Table<T> => ({ entries: new Map<number, T>(), inHead: new Set(), parts: 0 });
  return { size, divided: false, versions: table(), retired: table() };
}

/** Names of the parts that a head needs. */
export function partNames(head: DistributionHead): readonly string[] {
  if (head.schema === 1) return [];
  const names = (table: TableName): readonly string[] =>
    Array.from({ length: head.parts[table] }, (_, index) => partName(table, index));
  return [...names('versions'), ...names('retired')];
}

function partName(table: TableName, index: number): string {
  return `${table}-${index}`;
}

/** Puts a record together. @param size numbers in a part, for a record that is not divided yet */
export function assemble(
  head: DistributionHead,
  parts: readonly DistributionPart[],
  size: number,
): { readonly record: Distribution; readonly layout: Layout } {
  const layout = emptyLayout(head.schema === 1 ? size : head.parts.size);
  if (head.schema === 1) {
    for (const change of changesTo(layout, head)) applyChange(layout, change);
    return { record: head, layout };
  }
  layout.divided = true;
  layout.versions.parts = head.parts.versions;
  layout.retired.parts = head.parts.retired;
  for (const part of parts) {
    for (const [number, value] of Object.entries(part.versions ?? {})) layout.versions.entries.set(+number, value);
    for (const [number, value] of Object.entries(part.retired ?? {})) layout.retired.entries.set(+number, value);
  }
  for (const [number, value] of Object.entries(head.versions)) set(layout.versions, +number, value);
  for (const [number, value] of Object.entries(head.retired)) set(layout.retired, +number, value);
  return { record: recordOf(head, layout), layout };
}

function set<T>(table: Table<T>, number: number, value: T | null): void {
  if (value === null) table.entries.delete(number);
  else table.entries.set(number, value);
  table.inHead.add(number);
}

function recordOf({ parts: _parts, retired: _retired, ...head }: DividedHead, layout: Layout): Distribution {
  const versions = Object.fromEntries(layout.versions.entries);
  const inUse = new Set(Object.values(versions).map((state) => (state.state === 'creating' ? '' : state.remote_id)));
  // An id counts as replaced once no version holds it: with many changes, it is written first that it is replaced.
  const retired = byNumber(layout.retired.entries).filter((id) => !inUse.has(id));
  const some = retired.length > 0 || layout.retired.inHead.size > 0;
  return { ...head, schema: 1, ...(some ? { retired } : {}), versions };
}

function byNumber<T>(entries: ReadonlyMap<number, T>): T[] {
  return [...entries].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/**
 * What differs between what is stored and a record, in the order in which it may be written one after the other: what
 * is replaced is noted as such before its version is dropped, so that nothing that was made is ever in neither.
 */
export function changesTo(layout: Layout, record: Distribution): Change[] {
  const { added, dropped } = retiredChanges(layout.retired.entries, record.retired ?? []);
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

function retiredChanges(
  stored: ReadonlyMap<number, string>,
  wanted: readonly string[],
): { readonly added: readonly Change[]; readonly dropped: readonly Change[] } {
  if (stored.size === 0 && wanted.length === 0) return { added: [], dropped: [] };
  const left = new Set(wanted);
  const dropped: Change[] = [];
  let last = 0;
  for (const [number, id] of stored) {
    last = Math.max(last, number);
    if (!left.delete(id)) dropped.push({ table: 'retired', number, value: undefined });
  }
  return { added: [...left].map((value, index) => ({ table: 'retired', number: last + 1 + index, value })), dropped };
}

/** Notes a change as held by the head. */
export function applyChange(layout: Layout, change: Change): void {
  if (change.table === 'versions') apply(layout.versions, layout.size, change.number, change.value);
  else apply(layout.retired, layout.size, change.number, change.value);
}

function apply<T>(table: Table<T>, size: number, number: number, value: T | undefined): void {
  set(table, number, value ?? null);
  // Nothing to be named as dropped where no part holds it.
  if (value === undefined && number > table.parts * size) table.inHead.delete(number);
}

/** How many entries the head would hold with these changes. */
export function headEntries({ versions, retired }: Layout, changes: readonly Change[]): number {
  const more = changes.filter(({ table, number }) => !(table === 'versions' ? versions : retired).inHead.has(number));
  return versions.inHead.size + retired.inHead.size + more.length;
}

/** The parts to be written before the entries that the head holds may leave it. Empties the head's share. */
export function foldHead(layout: Layout): ReadonlyMap<string, DistributionPart> {
  const parts = new Map<string, DistributionPart>();
  for (const [index, versions] of fold(layout.versions, layout.size)) {
    parts.set(partName('versions', index), { schema: 1, versions });
  }
  for (const [index, retired] of fold(layout.retired, layout.size)) {
    parts.set(partName('retired', index), { schema: 1, retired });
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
  if (!layout.divided) return record;
  const { size, versions, retired } = layout;
  return {
    ...record,
    schema: 2,
    versions: heldByHead(versions),
    retired: heldByHead(retired),
    parts: { size, versions: versions.parts, retired: retired.parts },
  };
}

function heldByHead<T>({ inHead, entries }: Table<T>): Record<string, T | null> {
  return Object.fromEntries([...inHead].map((number) => [String(number), entries.get(number) ?? null]));
}
