import type { Json, JsonObject } from '../../logical/index.ts';
import type { DisplayHints, Field, FieldMap } from '../fields/field.ts';
import { collapsed, sorted } from '../go-text.ts';

/** A field as a property of a schema. */
function propertySchema({ options, schema }: Field<unknown>): JsonObject {
  const { description = '', allowedValues = [] } = options;
  return compact({
    type: schema.type,
    description: collapsed(description) || undefined,
    items: schema.items && { type: schema.items },
    format: schema.format,
    pattern: schema.pattern,
    enum: allowedValues.length > 0 ? (allowedValues as readonly Json[]) : undefined,
    default: options.default as Json | undefined,
    deprecated: options.deprecated === true ? true : undefined,
    'x-vault-displayAttrs': displayHints(options.displayAttrs),
  });
}

/** A field as a parameter of the path or the query. */
export function parameter(name: string, field: Field<unknown> | undefined, place: 'path' | 'query'): JsonObject {
  const {
    options,
    schema,
  }: Pick<Field<unknown>, 'options' | 'schema'> = field ?? {
    options: {},
    schema: { type: 'string' },
  };
  const { description = '', allowedValues = [] } = options;
  return compact({
    name,
    description: collapsed(description) || undefined,
    in: place,
    schema: compact({
      type: schema.type,
      pattern: schema.pattern,
      enum: allowedValues.length > 0 ? (allowedValues as readonly Json[]) : undefined,
      default: options.default as Json | undefined,
      'x-vault-displayAttrs': displayHints(options.displayAttrs),
    }),
    required: place === 'path' ? true : undefined,
    deprecated: options.deprecated === true ? true : undefined,
  });
}

/** Fields as the schema of an object. */
export function objectSchema(fields: FieldMap): JsonObject {
  const properties = new Map(Object.entries(fields).map(([name, field]) => [name, propertySchema(field)]));
  return { type: 'object', properties: inOrder(properties) };
}

const HINTS = [
  'name',
  'description',
  'value',
  'sensitive',
  'navigation',
  'itemType',
  'group',
  'action',
  'editType',
  'identifier',
] as const satisfies readonly (keyof DisplayHints)[];

/** The hints that say something, in Vault's order; how operations are named is not among them. */
export function displayHints(attributes: DisplayHints | undefined): JsonObject | undefined {
  if (!attributes) return undefined;
  const told = HINTS.filter((name) => name === 'value' || Boolean(attributes[name]));
  const hints = compact(Object.fromEntries(told.map((name) => [name, attributes[name]])));
  return Object.keys(hints).length > 0 ? hints : undefined;
}

/** An object without the members that are undefined. */
export function compact(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** An object with its members in the order of their names. */
export function inOrder(members: ReadonlyMap<string, JsonObject>): Readonly<Record<string, JsonObject>> {
  return Object.fromEntries(
    sorted(members.keys()).flatMap((name) => {
      const member = members.get(name);
      return member ? [[name, member] as const] : [];
    }),
  );
}
