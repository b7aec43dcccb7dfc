import { invalidArgument } from './errors.ts';

/** The id of a new key ring, crypto key or import job. @throws {GoogleError} INVALID_ARGUMENT */
export function requiredId(query: URLSearchParams, parameter: string): string {
  const id = query.get(parameter) ?? '';
  if (!/^[a-zA-Z0-9_-]{1,63}$/.test(id)) {
    const field = parameter.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    throw invalidArgument(`The request field '${field}' must match the pattern [a-zA-Z0-9_-]{1,63}.`);
  }
  return id;
}
