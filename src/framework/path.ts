import type { BackendContext, Request, Response } from '../logical/index.ts';
import type { FieldData } from './field-data.ts';
import type { DisplayHints, FieldMap } from './fields/field.ts';
import { parsePattern, type PatternNode } from './pattern/parse-pattern.ts';
import { anchored } from './pattern/patterns.ts';

/** Operations that a path may serve; the others are the framework's. */
export type PathOperation = 'create' | 'update' | 'patch' | 'read' | 'list' | 'scan' | 'delete' | 'header';

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

/** How operations are named in the OpenAPI document, and hints for UIs (Vault: `DisplayAttributes`). */
export interface DisplayAttributes extends DisplayHints {
  readonly operationPrefix?: string;
  readonly operationVerb?: string;
  /** `a|b` gives each path that the pattern stands for its own. */
  readonly operationSuffix?: string;
}

/** Serves an operation; undefined is an empty answer: 204, or 404 to a read. */
export type OperationHandler<F extends FieldMap> = (context: PathContext<F>) => Promise<Response | undefined>;

export interface OperationDefinition<F extends FieldMap> {
  readonly handler: OperationHandler<F>;
  readonly summary?: string;
  readonly description?: string;
  readonly responses?: Readonly<Record<number, ResponseDefinition>>;
  readonly display?: DisplayAttributes;
  readonly deprecated?: boolean;
  /**
   * Of a create, update, patch or delete: it writes nothing to storage and may answer from a state that is some moments
   * old, so that a standby serves it as it serves reads. @default false: the active node serves it
   */
  readonly readOnly?: boolean;
  /** Leaves the operation out of the OpenAPI document. */
  readonly unpublished?: boolean;
}

type Operations<T> = Readonly<Partial<Record<PathOperation, T>>>;

/** A path as data: router, field conversion, handler types, help and OpenAPI all come from it. */
export interface PathSource<F extends FieldMap> {
  /** Go syntax, anchored by itself; named groups are fields. A path that lists ends in `/?`. */
  readonly pattern: string;
  readonly fields: F;
  /** A handler alone stands for an operation of which nothing else is said. */
  readonly operations: Operations<OperationHandler<F> | OperationDefinition<F>>;
  /** Tells create from update; without it every write is an update. */
  readonly existenceCheck?: (context: PathContext<F>) => Promise<boolean>;
  readonly help: { readonly synopsis: string; readonly description?: string };
  readonly display?: DisplayAttributes;
  /** Clients send what they like: no warning of fields that the path does not have. */
  readonly takesArbitraryInput?: boolean;
}

/** A path of which only the framework still knows the types of its fields. */
export interface PathDefinition extends Omit<PathSource<FieldMap>, 'operations'> {
  readonly operations: Operations<OperationDefinition<FieldMap>>;
  /** The pattern as Vault anchors it and help shows it. */
  readonly anchoredPattern: string;
  readonly syntax: PatternNode;
  readonly regex: RegExp;
}

/**
 * Defines a path; the handlers' `data` is typed by `fields`.
 *
 * @throws {Error} when the pattern is not understood, or the path creates and has no existence check
 */
export function definePath<F extends FieldMap>(source: PathSource<F>): PathDefinition {
  if (source.pattern === '') throw new Error('path pattern is blank');
  if (source.operations.create && !source.existenceCheck) {
    throw new Error(`path pattern ${source.pattern}: the path creates and has no existence check`);
  }
  const anchoredPattern = anchored(source.pattern);
  const syntax = parsePattern(anchoredPattern);
  // What a handler is given is made from these very fields, so that its types hold.
  const path = source as unknown as PathSource<FieldMap>;
  return {
    ...path,
    operations: Object.fromEntries(
      Object.entries(path.operations).map(([name, operation]) => [
        name,
        typeof operation === 'function' ? { handler: operation } : operation,
      ]),
    ),
    anchoredPattern,
    syntax,
    regex: new RegExp(syntax.source, 'u'),
  };
}
