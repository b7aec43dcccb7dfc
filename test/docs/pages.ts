import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Every Markdown page of the project, by its path from the root. */
export const PAGES: readonly string[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

export const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** A block of shell commands on a page. */
export interface ShellBlock {
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** In the order of the page. */
  readonly commands: readonly Command[];
  /** From `<!-- not run: reason -->` in the line above; undefined for a block that is run. */
  readonly notRun: string | undefined;
}

export interface Command {
  readonly text: string;
  /** The lines that the page shows below the command; undefined where it shows none. `…` stands for any text. */
  readonly output: string | undefined;
}

const BLOCK =
  /(?:^ *<!-- not run: (?<reason>.+) -->\n\n?)?^(?<indent> *)```(?<kind>console|sh|bash|shell|shell-session)\n(?<body>[^]*?)^ *```$/gm;

/** The blocks of shell commands on a page. In `shell-session` a command follows `$ `, and its output follows it. */
export function shellBlocks(page: string): readonly ShellBlock[] {
  const text = textOf(page);
  return [...text.matchAll(BLOCK)].map((match) => {
    const { reason, indent = '', kind, body = '' } = match.groups ?? {};
    const before = text.slice(0, match.index + match[0].indexOf('```'));
    const lines = body.replace(new RegExp(`^${indent}`, 'gm'), '');
    return {
      page,
      line: before.split('\n').length,
      commands: kind === 'shell-session' ? sessionOf(lines) : [{ text: lines, output: undefined }],
      notRun: reason,
    };
  });
}

function sessionOf(text: string): readonly Command[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      // A command goes on after a backslash, and up to the end of a here-document.
      const [command = ''] = /^(?:.*\\\n)*.*<<(\w+)\n[^]*?^\1\n|^(?:.*\\\n)*.*\n/m.exec(part) ?? [];
      const output = part.slice(command.length).trimEnd();
      return { text: command, output: output === '' ? undefined : output };
    });
}
