export * from './backend.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './in-memory-mount.ts';
export * from './in-memory-storage.ts';
export * from './json.ts';
export * from './storage.ts';
export * from './system-view.ts';
