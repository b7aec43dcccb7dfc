import * as v from 'valibot';
import { jsonCodec, recordStore, type RecordStore } from '../../framework/index.ts';

/** A distributed name that points to an object which stands in no record. */
const findingSchema = v.looseObject({
  kms: v.string(),
  key: v.string(),
  /** Name in the cloud. */
  name: v.string(),
  remote_id: v.string(),
  /** The version that the object's labels give; absent where they cannot be read. */
  version: v.optional(v.string()),
});
export type Finding = v.InferOutput<typeof findingSchema>;

/** The record at `guard/state`; there is none until the guard is engaged for the first time. */
const stateSchema = v.looseObject({
  schema: v.literal(1),
  engaged: v.boolean(),
  /** Why it was engaged; empty while it is not. */
  reasons: v.array(v.string()),
  /** When it was engaged or released last, RFC 3339. */
  since: v.string(),
  /** Id of the epoch that began with the last acknowledgement; labels of new objects carry it. */
  epoch: v.optional(v.string()),
  findings: v.array(findingSchema),
  /** Ids of objects that a person has acknowledged: names that point to them engage the guard no more. */
  acknowledged: v.array(v.string()),
});
export type GuardState = v.InferOutput<typeof stateSchema>;

/** The record at `guard/heartbeat`: when the active node last was at work with something distributed, RFC 3339. */
const heartbeatSchema = v.looseObject({ schema: v.literal(1), at: v.string() });

/** Records of the restore guard, named `state` and `heartbeat`. */
export interface GuardStores {
  readonly states: RecordStore<GuardState>;
  readonly heartbeats: RecordStore<v.InferOutput<typeof heartbeatSchema>>;
}

export function guardStores(): GuardStores {
  return {
    states: recordStore({ prefix: 'guard/', codec: jsonCodec(stateSchema) }),
    heartbeats: recordStore({ prefix: 'guard/', codec: jsonCodec(heartbeatSchema) }),
  };
}
