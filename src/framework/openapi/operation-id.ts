import type { DisplayAttributes, PathOperation } from '../path.ts';

/**
 * Names an operation as Vault does: `<prefix>-<verb>-<suffix>`, each from the operation's display attributes, else the
 * path's, else made up (the mount type, the operation, the words of the path).
 */
export function operationId(
  operation: PathOperation,
  path: string,
  displays: readonly (DisplayAttributes | undefined)[],
  defaultPrefix: string,
): string {
  const pick = (name: keyof DisplayAttributes): string | undefined =>
    displays.map((display) => display?.[name]).find((value) => value !== undefined);
  const verb = pick('operationVerb') ?? (operation === 'update' ? 'write' : operation);
  const prefix = pick('operationPrefix') ?? (pick('operationVerb') === undefined ? defaultPrefix : '');
  const suffix = pick('operationSuffix') ?? words(path);
  return [prefix, verb, suffix]
    .filter((part) => part !== '')
    .map((part) => words(part))
    .join('-');
}

/** `key-management-update-key` as `KeyManagementUpdateKeyRequest`. */
export function requestSchemaName(id: string): string {
  return `${titleCase(id)}Request`;
}

/** The same for an answer. */
export function responseSchemaName(id: string): string {
  return `${titleCase(id)}Response`;
}

function titleCase(id: string): string {
  return id
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function words(text: string): string {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '')
    .join('-');
}
