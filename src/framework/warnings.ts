import type { JsonObject, Response } from '../logical/index.ts';
import { sorted } from './go-text.ts';
import type { Route } from './router.ts';

/** Adds what Vault warns of to an answer: fields that the path does not know, or overrules. */
export function withWarnings(response: Response | undefined, sent: JsonObject, route: Route): Response | undefined {
  if (!response) return response;
  const { path, captures } = route;
  const names = Object.keys(sent);
  const ignored = path.takesArbitraryInput ? [] : names.filter((name) => !Object.hasOwn(path.fields, name));
  const replaced = names.filter((name) => sent[name] !== null && Object.hasOwn(captures, name));
  if (ignored.length === 0 && replaced.length === 0) return response;
  const warnings = [...(response.warnings ?? [])];
  if (ignored.length > 0) {
    warnings.push(`Endpoint ignored these unrecognized parameters: [${sorted(ignored).join(' ')}]`);
  }
  if (replaced.length > 0) {
    warnings.push(
      "Endpoint replaced the value of these parameters with the values captured from the endpoint's path: " +
        `[${sorted(replaced).join(' ')}]`,
    );
  }
  return { ...response, warnings };
}
