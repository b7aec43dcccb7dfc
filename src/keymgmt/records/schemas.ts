/** Schemas of stored records that this release reads, by kind of record; see docs/upgrading.md. */
export const SCHEMAS = {
  key: [1],
  key_change: [1],
  kms: [1],
  distribution: [1, 2, 3, 4],
  orphan: [1],
  guard: [1],
} as const;
