import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { NodeRuntime } from './node-runtime.ts';
import type { ShippedPackage } from './shipped-packages.ts';

const OWN = fileURLToPath(new URL('../../LICENSE', import.meta.url));

/** The texts of all licences: of the plugin, of the packages in it, and of Node.js with what it contains. */
export async function licenceList(
  packages: readonly ShippedPackage[],
  runtimes: readonly NodeRuntime[],
): Promise<string> {
  const own = section('vault-plugin-secrets-keymgmt', 'MPL-2.0', [await readFile(OWN, 'utf8')]);
  const ofPackages = packages.map(({ name, version, licence, texts }) => section(`${name} ${version}`, licence, texts));
  const ofNodes = runtimes.map(({ libc, version, licence }) => {
    return section(`Node.js ${version}, in the executables for ${libc}`, 'MIT and others', [licence]);
  });
  return [own, ...ofPackages, ...ofNodes].join('\n');
}

function section(title: string, licence: string, texts: readonly string[]): string {
  const line = '='.repeat(80);
  const body =
    texts.length === 0 ? 'The package has no text of its licence.' : texts.map((text) => text.trim()).join('\n\n');
  return `${line}\n${title} (${licence})\n${line}\n\n${body}\n`;
}
