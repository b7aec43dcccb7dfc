/** Type of a field (Vault: `framework.FieldType`), by the name that `path-help` prints. */
export type FieldTypeName =
  | 'string'
  | 'lowercase string'
  | 'name string'
  | 'int'
  | 'int64'
  | 'float'
  | 'bool'
  | 'map'
  | 'keypair'
  | 'slice'
  | 'duration (sec)'
  | 'time'
  | 'header';

/** How a field shows in an OpenAPI document. */
export interface FieldSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';
  readonly format?: string;
  readonly pattern?: string;
  /** Type of the elements of an array. */
  readonly items?: 'string' | 'integer' | 'object';
}

/** Hints for UIs, on paths and fields (Vault: `DisplayAttributes`). */
export interface DisplayHints {
  /** Label or heading. */
  readonly name?: string;
  /** Shown instead of the description. */
  readonly description?: string;
  /** What a form begins with. */
  readonly value?: boolean | number | string;
  /** Whether a form masks the value. */
  readonly sensitive?: boolean;
  readonly navigation?: boolean;
  readonly itemType?: string;
  readonly group?: string;
  readonly action?: string;
  readonly editType?: string;
  readonly identifier?: boolean;
}

/** What is said of a field besides its type (Vault: `framework.FieldSchema`). */
export interface FieldOptions<D = unknown> {
  readonly description?: string;
  /** Value where the client sends none; also shown in the OpenAPI document. */
  readonly default?: D;
  /** Documentation only, as in Vault: a handler checks what it needs. */
  readonly required?: boolean;
  readonly deprecated?: boolean;
  /** The field comes from the query of a GET, LIST or DELETE. */
  readonly query?: boolean;
  /**
   * The most elements of a list or members of an object that a client may send, and the most characters of a text. More
   * are refused before they are converted, which takes as long as there are many. @default as many as the server takes
   */
  readonly maxSize?: number;
  /** Documentation only. */
  readonly allowedValues?: readonly unknown[];
  readonly displayAttrs?: DisplayHints;
}

/** One parameter of a path: its type as data, and how a JSON value becomes a `T`. */
export interface Field<T> {
  readonly typeName: FieldTypeName;
  readonly schema: FieldSchema;
  readonly options: FieldOptions;
  /** Value where the client sends none: the default, else the zero value of the type. */
  readonly unsent: T;
  /**
   * Converts what the client sent, as loosely as Vault does; undefined where a `null` counts as not sent.
   *
   * @throws {FieldError} saying why it cannot be, without the value, which may be a secret
   */
  readonly coerce: (value: unknown) => T | undefined;
}

/** The parameters of a path by name. */
export type FieldMap = Readonly<Record<string, Field<unknown>>>;

/** The TypeScript type of each parameter. */
export type FieldValues<F extends FieldMap> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** A value that cannot be converted. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}
