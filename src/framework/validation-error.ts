import { userError, type BackendError } from '../logical/index.ts';
import type { FieldError } from './fields/field.ts';

/** The refusal of a request whose field cannot be converted; as newer servers, it does not repeat the value. */
export function fieldValidationError(name: string, cause: FieldError): BackendError {
  return userError(`Field validation failed: error converting input for field "${name}": ${cause.message}`, cause);
}
