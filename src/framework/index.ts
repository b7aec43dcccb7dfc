export { createBackend, type BackendOptions } from './backend.ts';
export type { FieldData } from './field-data.ts';
export type { DisplayHints, Field, FieldMap, FieldOptions, FieldValues } from './fields/field.ts';
export { fields } from './fields/fields.ts';
export { jsonCodec } from './json-codec.ts';
export {
  definePath,
  type DisplayAttributes,
  type OperationDefinition,
  type OperationHandler,
  type PathContext,
  type PathDefinition,
  type PathOperation,
  type PathSource,
} from './path.ts';
export { handlePatch, type PatchPreprocessor } from './patch.ts';
export { genericName, genericNameWithAt, matchAll, optionalGenericName, optionalParam } from './pattern/patterns.ts';
export { readCache, type ReadCache, type ReadCacheStats, type StorageReader } from './read-cache.ts';
export { recordStore, type RecordCodec, type RecordStore } from './record-store.ts';
export { deleteWal, listWal, putWal, type WalRollback } from './wal.ts';
