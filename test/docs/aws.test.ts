import { expect, it } from 'vitest';
import { DOCUMENTED_PERMISSIONS, OPTIONAL_PERMISSIONS } from '../support/documented-permissions.ts';
import { textOf } from './pages.ts';

const PAGE = textOf('docs/aws.md');
const action = (name: string): string => `kms:${name}`;

it('docs/aws.md allows what Vault documents, and names what is optional', () => {
  const [, json = '{}'] = /```json\n([^]*?)```/.exec(PAGE) ?? [];
  const policy = JSON.parse(json) as { readonly Statement?: readonly { readonly Action: readonly string[] }[] };
  expect(policy.Statement?.flatMap(({ Action }) => Action)).toEqual(DOCUMENTED_PERMISSIONS.map(action));
  const rows = [...PAGE.matchAll(/^\| `(kms:\w+)` /gm)].map(([, name]) => name);
  expect(rows).toEqual(OPTIONAL_PERMISSIONS.map(action));
});
