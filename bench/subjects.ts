import type { Method } from '../dev/servers/http-client.ts';

/** What answers requests: this plugin, HashiCorp's kv plugin as an external one, and two engines in the server itself. */
export const SUBJECTS = ['ours', 'go', 'kv', 'transit'] as const;
export type Subject = (typeof SUBJECTS)[number];

/** How many records each engine holds. */
export const RECORDS = 64;

/** A request of one subject; `#` is the number of a record, one after the other. */
export interface Case {
  readonly method: Extract<Method, 'GET' | 'POST'>;
  readonly path: string;
  readonly body?: object;
}

/** An operation, with what comes closest to it in the others. */
export interface Operation {
  readonly name: string;
  readonly cases: Readonly<Partial<Record<Subject, Case>>>;
}

const KV_READ = { go: { method: 'GET', path: 'go/r0' }, kv: { method: 'GET', path: 'kv/r0' } } as const;
const KV_WRITE = {
  go: { method: 'POST', path: 'go/r#', body: { value: 'v' } },
  kv: { method: 'POST', path: 'kv/r#', body: { value: 'v' } },
} as const;

/** In the order of the table. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: 'read `key/…`',
    cases: {
      ours: { method: 'GET', path: 'keymgmt/key/r0' },
      ...KV_READ,
      transit: { method: 'GET', path: 'transit/keys/r0' },
    },
  },
  { name: 'read `kms/…/key/…`', cases: { ours: { method: 'GET', path: 'keymgmt/kms/aws/key/d' }, ...KV_READ } },
  {
    name: `list ${RECORDS} keys`,
    cases: {
      ours: { method: 'GET', path: 'keymgmt/key?list=true' },
      go: { method: 'GET', path: 'go/?list=true' },
      kv: { method: 'GET', path: 'kv/?list=true' },
      transit: { method: 'GET', path: 'transit/keys?list=true' },
    },
  },
  {
    name: 'write `key/…`',
    cases: { ours: { method: 'POST', path: 'keymgmt/key/r#', body: { deletion_allowed: true } }, ...KV_WRITE },
  },
  {
    name: 'rotate',
    cases: {
      ours: { method: 'POST', path: 'keymgmt/key/r#/rotate', body: {} },
      ...KV_WRITE,
      transit: { method: 'POST', path: 'transit/keys/r#/rotate', body: {} },
    },
  },
];
