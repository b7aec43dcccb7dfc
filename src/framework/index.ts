export { createBackend, type BackendOptions } from './backend.ts';
export type { FieldData } from './field-data.ts';
export type { Field, FieldMap, FieldOptions, FieldValues } from './fields/field.ts';
export { fields } from './fields/fields.ts';
export { definePath, type PathContext, type PathDefinition } from './path.ts';
export { genericName, genericNameWithAt, matchAll, optionalGenericName, optionalParam } from './patterns.ts';
export { recordStore, type RecordCodec, type RecordStore } from './record-store.ts';
export { deleteWal, putWal, type WalRollback } from './wal.ts';
