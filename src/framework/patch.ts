import { isJsonObject, type Json, type JsonObject } from '../logical/index.ts';
import type { FieldData } from './field-data.ts';
import type { FieldMap } from './fields/field.ts';

/** Brings what a client sent into the form of the stored resource. */
export type PatchPreprocessor = (input: JsonObject) => JsonObject;

/**
 * Merges the fields of a PATCH, converted, into a resource (Vault: `framework.HandlePatchOperation`; RFC 7396). Only
 * fields of the path count. A null unsets what is a map in the resource and empties other fields, as their conversion
 * does; one for a duration or a time counts as not sent.
 *
 * @throws {Error} `resource does not exist`; `json: unsupported value: …` for a float that JSON cannot hold
 */
export function handlePatch<F extends FieldMap>(
  data: FieldData<F>,
  resource: JsonObject | undefined,
  preprocess: PatchPreprocessor = (input) => input,
): JsonObject {
  if (!resource) throw new Error('resource does not exist');
  const patch = preprocess(patchInput(data));
  refuseNonFinite(patch);
  return mergePatch(resource, patch);
}

function patchInput<F extends FieldMap>(data: FieldData<F>): JsonObject {
  const sent = Object.entries(data.fields).filter(([name]) => data.has(name));
  return Object.fromEntries(
    sent.map(([name, { typeName }]) => {
      const isMap = typeName === 'map' || typeName === 'keypair';
      return [name, isMap && data.raw[name] === null ? null : asJson(data.get(name))];
    }),
  );
}

function asJson(value: unknown): Json {
  // As Go writes times, without empty fractions.
  if (value instanceof Date) return value.toISOString().replace(/\.?0*Z$/, 'Z');
  return value as Json;
}

/** JSON has no infinity; JavaScript would write null, which unsets. */
function refuseNonFinite(patch: JsonObject): void {
  for (const [, value] of Object.entries(patch).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (typeof value !== 'number' || Number.isFinite(value)) continue;
    throw new Error(`json: unsupported value: ${value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : 'NaN'}`);
  }
}

/** RFC 7396: objects are merged, null deletes, everything else replaces. */
function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else if (isJsonObject(value)) merged.set(name, mergePatch(isJsonObject(before) ? before : {}, value));
    else merged.set(name, value);
  }
  // Not by assignment, which would take a key `__proto__` for something else.
  return Object.fromEntries(merged);
}
