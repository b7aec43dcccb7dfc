import { isJsonObject, type Json, type JsonObject } from '../logical/index.ts';
import { FieldError, type FieldMap, type FieldValues } from './fields/field.ts';

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
  /** The fields of the path. */
  readonly fields: F;
}

/**
 * Converts everything that was sent and that the path knows; the rest stays in `raw`.
 *
 * @throws {FieldError} naming the field; as newer servers, it does not repeat the value
 */
export function fieldData<F extends FieldMap>(fields: F, raw: JsonObject): FieldData<F> {
  const values = new Map<string, unknown>();
  for (const name of Object.keys(raw)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const value = raw[name];
    if (field === undefined || value === undefined) continue;
    try {
      refuseLarger(field.options.maxSize, value);
      const converted = field.coerce(value);
      if (converted !== undefined) values.set(name, converted);
    } catch (error) {
      if (!(error instanceof FieldError)) throw error;
      throw new FieldError(`error converting input for field ${JSON.stringify(name)}: ${error.message}`);
    }
  }
  type Value<K extends keyof F> = FieldValues<F>[K];
  return {
    get: <K extends keyof F & string>(name: K) =>
      (values.has(name) ? values.get(name) : fields[name]?.unsent) as Value<K>,
    getOptional: <K extends keyof F & string>(name: K) => values.get(name) as Value<K> | undefined,
    has: (name) => values.has(name),
    raw,
    fields,
  };
}

function refuseLarger(maxSize: number | undefined, value: Json): void {
  if (maxSize === undefined) return;
  const [size, unit] =
    typeof value === 'string'
      ? [value.length, 'characters']
      : Array.isArray(value)
        ? [value.length, 'elements']
        : [isJsonObject(value) ? Object.keys(value).length : 0, 'members'];
  if (size > maxSize) throw new FieldError(`it has ${size} ${unit}, and may have ${maxSize}`);
}
