/** Labels by name. */
type Labels = Readonly<Record<string, string>>;

/** Cloud KMS takes 63 characters of `a-z0-9_-` as the value of a label. */
const LONGEST = 63;
/** What cannot be in a value, and what would be taken for an escape. */
const ESCAPED = /[^a-z0-9_-]|_(?=x[0-9a-f]{2})/g;

/**
 * The engine's labels as Cloud KMS takes them: any other character than `a-z0-9_-` becomes `_x` and its code in two hex
 * digits, and what is longer than one label goes on in `<name>-2`, `<name>-3`. Most names of keys need neither.
 */
export function toCloudLabels(labels: Labels): Labels {
  const entries = Object.entries(labels).flatMap(([name, value]) => {
    const text = value.replace(ESCAPED, (each) => `_x${each.charCodeAt(0).toString(16).padStart(2, '0')}`);
    const parts = text.match(new RegExp(`.{1,${LONGEST}}`, 'g')) ?? [''];
    return parts.map((part, index) => [index === 0 ? name : `${name}-${index + 1}`, part] as const);
  });
  return Object.fromEntries(entries);
}

/** The reverse of {@link toCloudLabels}. Labels that others have set may come out as something else. */
export function fromCloudLabels(labels: Labels): Labels {
  const texts = new Map<string, string>();
  const continued = new Set<string>();
  for (const name of Object.keys(labels)) {
    let text = labels[name] ?? '';
    for (let part = 2; text.length === LONGEST * (part - 1); part++) {
      const next = `${name}-${part}`;
      if (!Object.hasOwn(labels, next)) break;
      continued.add(next);
      text += labels[next] ?? '';
    }
    texts.set(name, text);
  }
  const whole = [...texts].filter(([name]) => !continued.has(name));
  return Object.fromEntries(
    whole.map(([name, text]) => [
      name,
      text.replace(/_x([0-9a-f]{2})/g, (_each, code: string) => String.fromCharCode(parseInt(code, 16))),
    ]),
  );
}
