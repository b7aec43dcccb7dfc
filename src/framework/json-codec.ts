import * as v from 'valibot';
import type { RecordCodec } from './record-store.ts';

/**
 * JSON records checked against a schema when they are read. Decoding fails with the path of the field that is wrong,
 * never with its value, as records hold credentials.
 */
export function jsonCodec<T>(schema: v.GenericSchema<unknown, T>): RecordCodec<T> {
  return {
    encode: (record) => Buffer.from(JSON.stringify(record)),
    decode(bytes) {
      const result = v.safeParse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')));
      if (result.success) return result.output;
      const fields = result.issues.map((issue) => v.getDotPath(issue) ?? '(record)');
      throw new Error(`invalid field: ${[...new Set(fields)].join(', ')}`);
    },
  };
}
