/** A JSON document, as request and response bodies carry it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object; `data` of every request and response is one. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Tells whether a value is a plain JSON object, not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
