import type { FieldMap } from './fields/field.ts';
import { sorted, trimSpace } from './go-text.ts';
import type { PathDefinition } from './path.ts';

/** `path-help` of the mount itself. */
export function rootHelp(help: string, paths: readonly PathDefinition[]): string {
  const byPattern = new Map(paths.map((path) => [path.anchoredPattern, path]));
  const listed = sorted(paths.map((path) => path.anchoredPattern)).map((pattern) => {
    const synopsis = byPattern.get(pattern)?.help.synopsis ?? '';
    return `${indented(pattern, 4)}\n${indented(trimSpace(synopsis), 8)}\n\n`;
  });
  return trimSpace(`## DESCRIPTION

${trimSpace(help)}

## PATHS

The following paths are supported by this backend. To view help for
any of the paths below, use the help command with any route matching
the path pattern. Note that depending on the policy of your auth token,
you may or may not be able to access certain paths.

${listed.join('')}`);
}

/** `path-help` of one path. */
export function pathHelp(requested: string, path: PathDefinition): string {
  return trimSpace(`Request:        ${requested}
Matching Route: ${path.anchoredPattern}

${trimSpace(path.help.synopsis) || '<no synopsis>'}

${parameters(path.fields)}
## DESCRIPTION

${trimSpace(path.help.description ?? '') || '<no description>'}
`);
}

function parameters(fields: FieldMap): string {
  const names = sorted(Object.keys(fields));
  if (names.length === 0) return '';
  const sections = names.map((name) => {
    const { options, typeName } = fields[name] ?? { options: {}, typeName: 'string' };
    const text = trimSpace(options.description ?? '') || '<no description>';
    const described = indented(options.deprecated ? `(DEPRECATED) ${text}` : text, 8);
    return `\n${indented(name, 4)} (${typeName})\n\n${described}\n`;
  });
  return `## PARAMETERS\n${sections.join('')}`;
}

function indented(text: string, width: number): string {
  const margin = ' '.repeat(width);
  return text === '' ? '' : margin + text.replaceAll(/\r?\n/g, `\n${margin}`);
}
