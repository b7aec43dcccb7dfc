import { invalidArgument } from './errors.ts';

/** Requirements for labels, in Google Cloud's documentation: letters have no upper case, of any script. */
const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MAX_LABELS = 64;

/** @throws {GoogleError} INVALID_ARGUMENT */
export function checkLabels(labels: Readonly<Record<string, string>>): void {
  if (Object.keys(labels).length > MAX_LABELS) throw invalidArgument(`A resource has at most ${MAX_LABELS} labels.`);
  for (const [key, value] of Object.entries(labels)) {
    if (!KEY.test(key)) throw invalidArgument(`Label key '${key}' violates format constraints.`);
    if (!VALUE.test(value)) throw invalidArgument(`Label value '${value}' violates format constraints.`);
  }
}
