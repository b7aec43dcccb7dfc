import { AZURE_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { describe, expect, it } from 'vitest';
import { textOf } from './pages.ts';

const PAGE = textOf('docs/azure.md');
/** In Vault's documentation of the provider, and no others. */

const quoted = (text: string): readonly string[] => [...text.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);

describe('docs/azure.md', () => {
  it('explains the five permissions that Vault documents', () => {
    const [, table = ''] = /\| permission \|[^\n]*\n([^]*?)\n\n/.exec(PAGE) ?? [];
    const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(rows.sort()).toEqual(AZURE_DOCUMENTED_PERMISSIONS);
  });

  it('allows exactly these as an access policy, by Terraform and by the command line', () => {
    const [, terraform = ''] = /key_permissions = \[(.*)\]/.exec(PAGE) ?? [];
    expect(quoted(terraform).map((name) => name.toLowerCase())).toEqual(AZURE_DOCUMENTED_PERMISSIONS);
    const [, cli = ''] = /--key-permissions ([a-z ]+)\n/.exec(PAGE) ?? [];
    expect(cli.split(' ')).toEqual(AZURE_DOCUMENTED_PERMISSIONS);
  });

  it('allows exactly these as a role', () => {
    const [, actions = ''] = /data_actions = \[([^]*?)\]/.exec(PAGE) ?? [];
    const named = quoted(actions).map((action) => /^Microsoft\.KeyVault\/vaults\/keys\/(\w+)/.exec(action)?.[1]);
    // The role says read, the access policy get.
    expect(named.map((name) => (name === 'read' ? 'get' : name)).sort()).toEqual(AZURE_DOCUMENTED_PERMISSIONS);
  });
});
