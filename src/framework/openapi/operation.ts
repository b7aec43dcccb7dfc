import type { JsonObject } from '../../logical/index.ts';
import type { FieldMap } from '../fields/field.ts';
import { sorted, trimSpace } from '../go-text.ts';
import type { OperationDefinition, PathDefinition, PathOperation } from '../path.ts';
import { titleCase } from './operation-id.ts';
import { compact, objectSchema, parameter } from './schema.ts';

/** Schemas by name; operations add theirs. */
export type Schemas = Map<string, JsonObject>;

/** One operation to be documented. */
export interface DocumentedOperation {
  readonly id: string;
  readonly name: PathOperation;
  readonly definition: OperationDefinition<FieldMap>;
  readonly path: PathDefinition;
  /** Fields that the path itself does not capture. */
  readonly sentFields: FieldMap;
}

/** Documents an operation; its schemas go to `schemas`, where the document finds them by reference. */
export function documentOperation(operation: DocumentedOperation, schemas: Schemas): JsonObject {
  const { id, name, definition } = operation;
  const hasBody = name === 'create' || name === 'update' || name === 'patch';
  const parameters = hasBody ? [] : queryParameters(operation);
  return compact({
    summary: trimSpace(definition.summary ?? '') || undefined,
    description: trimSpace(definition.description ?? '') || undefined,
    operationId: id,
    tags: ['secrets'],
    parameters: parameters.length > 0 ? parameters : undefined,
    requestBody: hasBody ? requestBody(operation, schemas) : undefined,
    responses: responses(operation, schemas),
    deprecated: definition.deprecated === true ? true : undefined,
  });
}

const LIST_PARAMETER: JsonObject = {
  name: 'list',
  description: 'Must be set to `true`',
  in: 'query',
  schema: { type: 'string', enum: ['true'] },
  required: true,
};

function queryParameters({ name, sentFields }: DocumentedOperation): readonly JsonObject[] {
  const fromQuery = sorted(Object.keys(sentFields)).flatMap((each) => {
    const field = sentFields[each];
    return field?.options.query === true ? [[each, parameter(each, field, 'query')] as const] : [];
  });
  if (name !== 'list') return fromQuery.map(([, documented]) => documented);
  const before = fromQuery.filter(([each]) => each < 'list').length;
  return fromQuery.map(([, documented]) => documented).toSpliced(before, 0, LIST_PARAMETER);
}

function requestBody({ id, path, sentFields }: DocumentedOperation, schemas: Schemas): JsonObject | undefined {
  const required = sorted(Object.keys(sentFields)).filter((each) => sentFields[each]?.options.required === true);
  const schema: JsonObject = compact({
    ...objectSchema(sentFields),
    additionalProperties: path.takesArbitraryInput === true ? true : undefined,
    required: required.length > 0 ? required : undefined,
  });
  if (Object.keys(sentFields).length > 0) {
    const name = `${titleCase(id)}Request`;
    schemas.set(name, schema);
    return { required: true, content: reference(name) };
  }
  if (path.takesArbitraryInput !== true) return undefined;
  const { properties: _, ...inline } = schema;
  return { required: true, content: { 'application/json': { schema: inline } } };
}

/** Schema that all lists answer with. */
const LIST_RESPONSE = 'StandardListResponse';
const LIST_SCHEMA: JsonObject = {
  type: 'object',
  properties: { keys: { type: 'array', items: { type: 'string' } } },
};

function responses({ id, name, definition }: DocumentedOperation, schemas: Schemas): JsonObject {
  const defined = Object.entries(definition.responses ?? {});
  if (defined.length > 0) {
    return Object.fromEntries(
      defined.map(([status, { description, fields = {} }]) => {
        if (Object.keys(fields).length === 0) return [status, { description }];
        const schema = `${titleCase(id)}Response`;
        schemas.set(schema, objectSchema(fields));
        return [status, { description, content: reference(schema) }];
      }),
    );
  }
  if (name === 'delete') return { 204: { description: 'empty body' } };
  if (name !== 'list') return { 200: { description: 'OK' } };
  schemas.set(LIST_RESPONSE, LIST_SCHEMA);
  return { 200: { description: 'OK', content: reference(LIST_RESPONSE) } };
}

// The server reads an external plugin's document into Go structs by their field names: there `$ref` goes unseen and the
// reference is lost, while `ref` is taken, and written as `$ref` in the document that the server gives out.
function reference(schema: string): JsonObject {
  const target = `#/components/schemas/${schema}`;
  return { 'application/json': { schema: { $ref: target, ref: target } } };
}
