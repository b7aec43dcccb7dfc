import type { PatternNode } from '../pattern/parse-pattern.ts';
import { factored } from './factor-alternatives.ts';

/** What a pattern stands for in an OpenAPI document. */
export interface ExpandedPattern {
  /** Without a leading slash, captures as `{name}`. */
  readonly paths: readonly string[];
  /** Names of all captures, also of those that a path does not have. */
  readonly captures: ReadonlySet<string>;
}

/** A path in the making. */
interface Draft {
  readonly text: string;
  /** Length of the text when an optional slash was its end; a path that stays so long is the one without, twice. */
  readonly slashAt: number;
}

/**
 * Expands a pattern into the paths it stands for, in Vault's order: an option is left out first, then taken.
 * Undefined for a pattern with repetition or classes outside of captures, which OpenAPI cannot say.
 */
export function expandPattern(pattern: PatternNode): ExpandedPattern | undefined {
  const captures = new Set<string>();
  const drafts = expand(pattern, [{ text: '', slashAt: 0 }], captures);
  if (!drafts) return undefined;
  return { paths: drafts.filter(({ text, slashAt }) => text.length !== slashAt).map(({ text }) => text), captures };
}

function expand(node: PatternNode, drafts: readonly Draft[], captures: Set<string>): readonly Draft[] | undefined {
  switch (node.kind) {
    case 'empty':
      return drafts;
    case 'literal':
      return append(drafts, node.text);
    case 'capture':
      captures.add(node.name);
      return append(drafts, `{${node.name}}`);
    case 'group':
      return expand(node.part, drafts, captures);
    case 'sequence':
      return node.parts.reduce<readonly Draft[] | undefined>(
        (made, part) => made && expand(part, made, captures),
        drafts,
      );
    case 'alternatives': {
      const branches = factored(node.branches).map((branch) => expand(branch, drafts, captures));
      return branches.some((branch) => !branch) ? undefined : branches.flatMap((branch) => branch ?? []);
    }
    case 'optional': {
      const taken = expand(node.part, drafts, captures);
      if (!taken) return undefined;
      const isSlash = node.part.kind === 'literal' && node.part.text === '/';
      const marked = isSlash ? taken.map((draft) => ({ ...draft, slashAt: draft.text.length })) : taken;
      return [...drafts, ...marked];
    }
    case 'wild':
      return undefined;
  }
}

function append(drafts: readonly Draft[], text: string): readonly Draft[] {
  return drafts.map((draft) => ({ ...draft, text: draft.text + text }));
}
