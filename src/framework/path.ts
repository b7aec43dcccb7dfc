import type { BackendContext, Request, Response } from '../logical/index.ts';
import type { FieldData } from './field-data.ts';
import type { Field, FieldMap } from './fields/field.ts';
import { anchored, compilePattern } from './patterns.ts';

/** Operations that a path may serve; the others are the framework's. */
export type PathOperation = 'create' | 'update' | 'patch' | 'read' | 'list' | 'delete';

/** What a handler is given. */
export interface PathContext<F extends FieldMap> extends BackendContext {
  readonly request: Request;
  readonly data: FieldData<F>;
}

/** One documented answer of an operation, by HTTP status. */
export interface ResponseDefinition {
  readonly description: string;
  readonly fields?: FieldMap;
}

/** How an operation is named in the OpenAPI document (Vault: `DisplayAttributes`). */
export interface DisplayAttributes {
  readonly operationPrefix?: string;
  readonly operationVerb?: string;
  readonly operationSuffix?: string;
}

export interface OperationDefinition<F extends FieldMap> {
  readonly handler: (context: PathContext<F>) => Promise<Response | undefined>;
  readonly summary?: string;
  readonly description?: string;
  readonly responses?: Readonly<Record<number, ResponseDefinition>>;
  readonly display?: DisplayAttributes;
}

/** A path as data: router, field conversion, handler types, help and OpenAPI all come from it. */
export interface PathSource<F extends FieldMap> {
  /** Go syntax, anchored by itself; named groups are fields. */
  readonly pattern: string;
  readonly fields: F;
  readonly operations: Readonly<Partial<Record<PathOperation, OperationDefinition<F>>>>;
  /** Tells create from update; without it every write is an update. */
  readonly existenceCheck?: (context: PathContext<F>) => Promise<boolean>;
  readonly help: { readonly synopsis: string; readonly description: string };
  readonly display?: DisplayAttributes;
}

/** A path of which only the framework still knows the types of its fields. */
export interface PathDefinition extends PathSource<Readonly<Record<string, Field<unknown>>>> {
  readonly regex: RegExp;
  /** The pattern as help shows it. */
  readonly anchoredPattern: string;
}

/** Defines a path; the handlers' `data` is typed by `fields`. */
export function definePath<F extends FieldMap>(source: PathSource<F>): PathDefinition {
  return {
    // What a handler is given is made from these very fields, so that its types hold.
    ...(source as unknown as PathSource<FieldMap>),
    regex: compilePattern(source.pattern),
    anchoredPattern: anchored(source.pattern),
  };
}
