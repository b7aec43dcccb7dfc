import type { FieldMap } from './fields/field.ts';
import type { PathDefinition } from './path.ts';

/** `path-help` of the mount itself. */
export function rootHelp(help: string, paths: readonly PathDefinition[]): string {
  const byPattern = [...paths].sort((a, b) => compare(a.anchoredPattern, b.anchoredPattern));
  const listed = byPattern.map(
    ({ anchoredPattern, help: { synopsis } }) =>
      `    ${anchoredPattern}\n${indented(synopsis.trim() || '<no synopsis>', 8)}\n`,
  );
  return `## DESCRIPTION

${help.trim() || '<no description>'}

## PATHS

The following paths are supported by this backend. To view help for
any of the paths below, use the help command with any route matching
the path pattern. Note that depending on the policy of your auth token,
you may or may not be able to access certain paths.

${listed.join('\n')}`.trim();
}

/** `path-help` of one path. */
export function pathHelp(request: string, path: PathDefinition): string {
  const { synopsis, description } = path.help;
  return `Request:        ${request}
Matching Route: ${path.anchoredPattern}

${synopsis.trim() || '<no synopsis>'}

${parameters(path.fields)}## DESCRIPTION

${description.trim() || '<no description>'}`.trim();
}

function parameters(fields: FieldMap): string {
  const names = Object.keys(fields).sort();
  if (names.length === 0) return '';
  const sections = names.map((name) => {
    const field = fields[name];
    const text = field?.options.description?.trim() || '<no description>';
    const deprecated = field?.options.deprecated === true ? '(DEPRECATED) ' : '';
    return `    ${name} (${field?.typeName ?? ''})\n\n${indented(deprecated + text, 8)}\n`;
  });
  return `## PARAMETERS\n\n${sections.join('\n')}\n`;
}

function indented(text: string, width: number): string {
  return text.replace(/^/gm, ' '.repeat(width));
}

// By code units, as Go sorts strings.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
