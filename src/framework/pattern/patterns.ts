/**
 * Building blocks of path patterns, in Go's syntax (RE2), as `path-help` and the OpenAPI document show them.
 */

/** A name: letters, digits, `_`, and inside also `.` and `-` (Vault: `framework.GenericNameRegex`). */
export function genericName(field: string): string {
  return `(?P<${field}>\\w(([\\w-.]+)?\\w)?)`;
}

/** A name that may hold `@` inside (Vault: `framework.GenericNameWithAtRegex`). */
export function genericNameWithAt(field: string): string {
  return `(?P<${field}>\\w(([\\w-.@]+)?\\w)?)`;
}

/** An optional last segment of any form (Vault: `framework.OptionalParamRegex`). */
export function optionalParam(field: string): string {
  return `(/(?P<${field}>.+))?`;
}

/** An optional last segment that is a name. */
export function optionalGenericName(field: string): string {
  return `(/${genericName(field)})?`;
}

/** Everything that is left (Vault: `framework.MatchAllRegex`). */
export function matchAll(field: string): string {
  return `(?P<${field}>.*)`;
}

/** The pattern as Vault anchors it. */
export function anchored(pattern: string): string {
  return `${pattern.startsWith('^') ? '' : '^'}${pattern}${pattern.endsWith('$') ? '' : '$'}`;
}
