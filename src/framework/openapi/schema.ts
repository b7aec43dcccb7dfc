import type { Json, JsonObject } from '../../logical/index.ts';
import type { Field, FieldMap } from '../fields/field.ts';

/** A field as a property of a schema. */
export function propertySchema(field: Field<unknown>): JsonObject {
  const { options } = field;
  return {
    ...(options.description === undefined ? {} : { description: collapsed(options.description) }),
    ...typeSchema(field),
    ...(options.allowedValues === undefined ? {} : { enum: options.allowedValues as readonly Json[] }),
    ...(options.default === undefined ? {} : { default: options.default as Json }),
    ...(options.deprecated === true ? { deprecated: true } : {}),
    ...(options.display === undefined ? {} : { 'x-vault-displayAttrs': options.display as JsonObject }),
  };
}

/** A field as a parameter of the path or the query. */
export function parameter(name: string, field: Field<unknown> | undefined, place: 'path' | 'query'): JsonObject {
  const description = field?.options.description;
  return {
    name,
    ...(description === undefined ? {} : { description: collapsed(description) }),
    in: place,
    ...(place === 'path' ? { required: true } : {}),
    schema: field ? typeSchema(field) : { type: 'string' },
    ...(field?.options.deprecated === true ? { deprecated: true } : {}),
  };
}

/** Fields as the schema of an object. */
export function objectSchema(fields: FieldMap): JsonObject {
  const names = Object.keys(fields).sort();
  const required = names.filter((name) => fields[name]?.options.required === true);
  return {
    type: 'object',
    properties: Object.fromEntries(
      names.flatMap((name) => {
        const field = fields[name];
        return field ? [[name, propertySchema(field)] as const] : [];
      }),
    ),
    ...(required.length > 0 ? { required } : {}),
  };
}

/** Text on one line, as Vault writes descriptions. */
export function collapsed(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function typeSchema({ schema: { type, format, pattern, items } }: Field<unknown>): JsonObject {
  return {
    type,
    ...(format === undefined ? {} : { format }),
    ...(pattern === undefined ? {} : { pattern }),
    ...(items === undefined ? {} : { items: { type: items } }),
  };
}
