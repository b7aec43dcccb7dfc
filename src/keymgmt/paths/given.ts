import type { FieldMap, FieldValues, PathContext } from '../../framework/index.ts';

/**
 * The value of a field that the client has set. JSON `null` and the empty text count as not set: UIs and Terraform send
 * them for what the user left empty, and nobody means "zero" by it.
 */
export function given<F extends FieldMap, K extends keyof F & string>(
  context: PathContext<F>,
  name: K,
): FieldValues<F>[K] | undefined {
  const sent = context.request.data[name];
  return sent === null || sent === '' ? undefined : context.data.getOptional(name);
}
