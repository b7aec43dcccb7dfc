import type { JsonObject } from '../logical/index.ts';
import { FieldError, type FieldMap, type FieldValues } from './fields/field.ts';
import { fieldValidationError } from './validation-error.ts';

/** The parameters of one request, converted (Vault: `framework.FieldData`). */
export interface FieldData<F extends FieldMap> {
  /** The value, else the field's default, else its zero value. */
  get<K extends keyof F & string>(name: K): FieldValues<F>[K];
  /** The value if the client sent one. */
  getOptional<K extends keyof F & string>(name: K): FieldValues<F>[K] | undefined;
  /** Whether the client sent one. */
  has(name: keyof F & string): boolean;
  /** What the client sent, with the names captured from the path. */
  readonly raw: JsonObject;
}

/**
 * Converts everything that was sent and that the path knows; the rest stays in `raw`.
 *
 * @throws {BackendError} user_error `Field validation failed: …`
 */
export function fieldData<F extends FieldMap>(fields: F, raw: JsonObject): FieldData<F> {
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(raw)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined || value === undefined) continue;
    try {
      const converted = field.coerce(value);
      if (converted !== undefined) values.set(name, converted);
    } catch (error) {
      if (error instanceof FieldError) throw fieldValidationError(name, error);
      throw error;
    }
  }
  type Value<K extends keyof F> = FieldValues<F>[K];
  return {
    get: <K extends keyof F & string>(name: K) =>
      (values.has(name) ? values.get(name) : unsent(fields, name)) as Value<K>,
    getOptional: <K extends keyof F & string>(name: K) => values.get(name) as Value<K> | undefined,
    has: (name) => values.has(name),
    raw,
  };
}

function unsent(fields: FieldMap, name: string): unknown {
  const field = fields[name];
  const byDefault = field?.options.default;
  // A default is written as a client would write it, "72h" for a duration.
  return byDefault === undefined ? field?.zero : field?.coerce(byDefault);
}
