import { expect, it } from 'vitest';
import { GCP_DOCUMENTED_PERMISSIONS, GCP_OPTIONAL_PERMISSIONS } from '../support/documented-permissions.ts';
import { textOf } from './pages.ts';

const PAGE = textOf('docs/gcp.md');

it('docs/gcp.md allows what Vault documents, by gcloud and by Terraform, and names what is optional', () => {
  const permissionsIn = (kind: string): readonly string[] => {
    const [, block = ''] = new RegExp(`^\`\`\`${kind}\\n([^]*?)^\`\`\``, 'm').exec(PAGE) ?? [];
    return block.match(/cloudkms\.\w+\.\w+/g) ?? [];
  };
  expect(permissionsIn('yaml')).toEqual(GCP_DOCUMENTED_PERMISSIONS);
  expect(permissionsIn('hcl')).toEqual(GCP_DOCUMENTED_PERMISSIONS);
  const rows = [...PAGE.matchAll(/^\| `(cloudkms\.[\w.]+)` /gm)].map(([, name]) => name);
  expect(rows).toEqual(GCP_OPTIONAL_PERMISSIONS);
});
