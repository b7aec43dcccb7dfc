import type { JsonObject, Response } from '../logical/index.ts';
import type { PathDefinition } from './path.ts';

/** Adds what Vault warns of to an answer that is there and is no error: fields unknown to the path, or overruled by it. */
export function withWarnings(
  response: Response | undefined,
  path: PathDefinition,
  sent: JsonObject,
  captures: Readonly<Record<string, string>>,
): Response | undefined {
  if (!response || response.data?.['error'] !== undefined) return response;
  const names = Object.keys(sent);
  const ignored = names.filter((name) => !Object.hasOwn(path.fields, name) && !Object.hasOwn(captures, name));
  const replaced = names.filter((name) => Object.hasOwn(captures, name));
  if (ignored.length === 0 && replaced.length === 0) return response;
  const warnings = [...(response.warnings ?? [])];
  if (ignored.length > 0) {
    warnings.push(`Endpoint ignored these unrecognized parameters: [${ignored.sort().join(' ')}]`);
  }
  if (replaced.length > 0) {
    warnings.push(
      "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: " +
        `[${replaced.sort().join(' ')}]`,
    );
  }
  return { ...response, warnings };
}
