import type { PatternNode } from '../pattern/parse-pattern.ts';

const WILD: PatternNode = { kind: 'wild', source: '' };
const EMPTY: PatternNode = { kind: 'empty', source: '' };

/**
 * Alternatives as Go's parser of expressions keeps them, which decides what Vault can document: it makes a class of
 * neighbours that are one character, before and after it draws common beginnings out. So `ab|cd` stands for two paths,
 * while `a|b` and `xa|xb` are classes and stand for none.
 */
export function factored(branches: readonly PatternNode[]): readonly PatternNode[] {
  const flat = withClasses(branches).flatMap((branch) =>
    branch.kind === 'alternatives' ? factored(branch.branches) : [branch],
  );
  return withoutRepeatedEmpty(withClasses(withCommonBeginnings(flat)));
}

function withCommonBeginnings(branches: readonly PatternNode[]): readonly PatternNode[] {
  const made: PatternNode[] = [];
  for (let start = 0; start < branches.length;) {
    let prefix = beginning(branches[start]);
    let end = start + 1;
    for (; end < branches.length; end++) {
      const common = commonPrefix(prefix, beginning(branches[end]));
      if (common === '') break;
      prefix = common;
    }
    const run = branches.slice(start, end);
    made.push(...(run.length === 1 ? run : [drawnOut(prefix, run)]));
    start = end;
  }
  return made;
}

function drawnOut(prefix: string, run: readonly PatternNode[]): PatternNode {
  const rest = factored(run.map((branch) => withoutBeginning(branch, prefix.length)));
  const [only] = rest;
  const tail: PatternNode = only && rest.length === 1 ? only : { kind: 'alternatives', branches: rest, source: '' };
  return { kind: 'sequence', parts: [{ kind: 'literal', text: prefix, source: '' }, tail], source: '' };
}

function beginning(node: PatternNode | undefined): string {
  if (node?.kind === 'sequence') return beginning(node.parts[0]);
  return node?.kind === 'literal' ? node.text : '';
}

function withoutBeginning(node: PatternNode, length: number): PatternNode {
  if (node.kind === 'literal') return node.text.length === length ? EMPTY : { ...node, text: node.text.slice(length) };
  if (node.kind !== 'sequence') return node;
  const [first = EMPTY, ...others] = node.parts;
  const rest = withoutBeginning(first, length);
  const parts = rest.kind === 'empty' ? others : [rest, ...others];
  const [only] = parts;
  return only && parts.length === 1 ? only : { ...node, parts };
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

function withClasses(branches: readonly PatternNode[]): readonly PatternNode[] {
  const made: PatternNode[] = [];
  let run = false;
  for (const branch of branches) {
    const last = made.at(-1);
    const single = isOneCharacter(branch);
    if (single && run && last) made[made.length - 1] = isSame(last, branch) ? last : WILD;
    else made.push(branch);
    run = single;
  }
  return made;
}

function isOneCharacter(node: PatternNode): boolean {
  return node.kind === 'literal' && Array.from(node.text).length === 1;
}

function isSame(a: PatternNode, b: PatternNode): boolean {
  return a.kind === 'literal' && b.kind === 'literal' && a.text === b.text;
}

function withoutRepeatedEmpty(branches: readonly PatternNode[]): readonly PatternNode[] {
  return branches.filter((branch, index) => !isEmptyText(branch) || !isEmptyText(branches[index - 1]));
}

// An anchor, the `$` of `b|b$` say, is no empty text to Go.
function isEmptyText(branch: PatternNode | undefined): boolean {
  return branch?.kind === 'empty' && branch.asserts !== true;
}
