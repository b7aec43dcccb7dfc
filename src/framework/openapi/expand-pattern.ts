/** One path of an OpenAPI document that a pattern stands for. */
export interface ExpandedPath {
  /** With a leading slash, captures as `{name}`. */
  readonly path: string;
  readonly captures: readonly string[];
}

/**
 * Expands a pattern into the paths it stands for: optional groups and alternatives fork, named captures become
 * parameters, a trailing `/?` is dropped. Patterns with other wildcards stand for nothing that OpenAPI can say.
 */
export function expandPattern(pattern: string): readonly ExpandedPath[] {
  const variants = alternatives(pattern.replace(/^\^/, '').replace(/\$$/, ''));
  const paths = variants.map((variant) => {
    const captures = [...variant.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? '');
    return { path: `/${variant.replace(/^\/+/, '').replace(/\/+$/, '')}`, captures };
  });
  const unique = new Map(paths.filter(({ path }) => !/[*+?^$()[\]\\|]/.test(path)).map((path) => [path.path, path]));
  return [...unique.values()];
}

/** All texts that a pattern without repetition stands for. */
function alternatives(pattern: string): readonly string[] {
  return splitTopLevel(pattern).flatMap((branch) => sequence(branch));
}

function sequence(pattern: string): readonly string[] {
  let texts: readonly string[] = [''];
  let at = 0;
  while (at < pattern.length) {
    const { options, next } = element(pattern, at);
    texts = texts.flatMap((text) => options.map((option) => text + option));
    at = next;
  }
  return texts;
}

/** The element at a position: what it stands for, with its `?`, and where the next one begins. */
function element(pattern: string, at: number): { options: readonly string[]; next: number } {
  const { options, end } = atom(pattern, at);
  if (pattern[end] !== '?') return { options, next: end };
  // An optional slash at the end says nothing about the path; anything else optional is there or not.
  return { options: options[0] === '/' ? [''] : ['', ...options], next: end + 1 };
}

function atom(pattern: string, at: number): { options: readonly string[]; end: number } {
  const character = pattern[at] ?? '';
  if (character === '\\') return { options: [pattern[at + 1] ?? ''], end: at + 2 };
  if (character !== '(') return { options: [character], end: at + 1 };
  const end = closing(pattern, at) + 1;
  const capture = /^\(\?P<([^>]+)>/.exec(pattern.slice(at));
  if (capture) return { options: [`{${capture[1] ?? ''}}`], end };
  const inner = pattern.slice(at + 1, end - 1).replace(/^\?:/, '');
  return { options: alternatives(inner), end };
}

function splitTopLevel(pattern: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '(') at = closing(pattern, at);
    else if (pattern[at] === '|') {
      parts.push(pattern.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, pattern.slice(start)];
}

/** Position of the parenthesis that closes the one at `open`; brackets are looked over. */
function closing(pattern: string, open: number): number {
  let depth = 0;
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (character === '[') at = pattern.indexOf(']', at);
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at;
  }
  throw new Error(`unbalanced parentheses in pattern ${pattern}`);
}
