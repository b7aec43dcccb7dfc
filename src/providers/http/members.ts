/** Members of an answer, none of which is to be trusted. */
export type Members = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an answer, of those that are its own; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that is a text of a bounded length; undefined where it is anything else. */
export function textIn(value: unknown, name: string, longest = 1_024): string | undefined {
  const text = memberOf(value, name);
  return typeof text === 'string' && text.length <= longest ? text : undefined;
}
