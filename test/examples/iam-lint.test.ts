import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommand } from '../../dev/servers/run-command.ts';
import { judges } from './judges.ts';

const FOLDER = join(import.meta.dirname, '../../examples/iam');

interface Finding {
  readonly issue: string;
  readonly detail: unknown;
}

const venv = await judges();

it.skipIf(venv.missing !== undefined)(
  `parliament finds nothing wrong with the IAM policies${venv.missing === undefined ? '' : `: ${venv.missing}`}`,
  async () => {
    if (venv.missing !== undefined) return;
    const { stdout, stderr } = await runCommand(join(venv.bin, 'parliament'), ['--directory', FOLDER, '--json']);
    expect(stderr).not.toContain('Error');
    const findings = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Finding);
    expect(findings.filter((finding) => !isAboutAliases(finding))).toEqual([]);
  },
);

/**
 * A call on an alias needs the permission on the alias and on its KMS key. Only KMS keys have tags, so that a policy by tag
 * has a statement for each; parliament wants both in one.
 */
function isAboutAliases({ issue, detail }: Finding): boolean {
  const actions = Array.isArray(detail) ? detail.map((each: { readonly action?: string }) => each.action ?? '') : [];
  return issue === 'RESOURCE_MISMATCH' && actions.length > 0 && actions.every((action) => action.endsWith('Alias'));
}
