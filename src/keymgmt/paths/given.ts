import type { FieldMap, FieldValues, PathContext } from '../../framework/index.ts';

/**
 * The value of a field that the client has set. JSON `null` counts as not set: UIs and Terraform send it for what the
 * user left empty, and nobody means "zero" by it.
 */
export function given<F extends FieldMap, K extends keyof F & string>(
  context: PathContext<F>,
  name: K,
): FieldValues<F>[K] | undefined {
  return context.request.data[name] === null ? undefined : context.data.getOptional(name);
}
