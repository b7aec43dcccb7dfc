import { inventoryId, nodeUrl, npmUrl, type Inventory } from './inventory.ts';

/** What SPDX says of one package, as far as it is known here. */
interface SpdxPackage {
  readonly SPDXID: string;
  readonly name: string;
  readonly versionInfo: string;
  readonly licenseDeclared: string;
  readonly purl?: string;
  readonly checksum?: { readonly algorithm: string; readonly checksumValue: string };
}

/** The inventory as an SPDX 2.3 document, JSON; the same inventory makes the same text. */
export function spdx(inventory: Inventory): string {
  const { name, version, source } = inventory;
  const plugin = { SPDXID: id('plugin'), name, versionInfo: version, licenseDeclared: 'MPL-2.0' };
  const shipped: readonly SpdxPackage[] = inventory.packages.map((each) => ({
    SPDXID: id(`npm-${each.name}-${each.version}`),
    name: each.name,
    versionInfo: each.version,
    licenseDeclared: each.licence,
    purl: npmUrl(each),
    checksum: { algorithm: 'SHA512', checksumValue: each.sha512 },
  }));
  const nodes = inventory.nodes.map(({ libc, version: versionInfo, pin, parts }) => {
    const node: SpdxPackage = {
      SPDXID: id(`node-${libc}`),
      name: `node (${libc})`,
      versionInfo,
      licenseDeclared: 'MIT',
      purl: nodeUrl(pin),
      checksum: { algorithm: 'SHA256', checksumValue: pin.sha256 },
    };
    const within = parts.map((part): SpdxPackage => {
      const SPDXID = id(`node-${libc}-${part.name}`);
      return { SPDXID, name: part.name, versionInfo: part.version, licenseDeclared: 'NOASSERTION' };
    });
    return { node, within };
  });
  const contains = (from: string, to: string): object => {
    return { spdxElementId: from, relationshipType: 'CONTAINS', relatedSpdxElement: to };
  };
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${name}-${version}`,
    documentNamespace: `urn:uuid:${inventoryId(inventory)}`,
    // Required. Sources outside of git have no time.
    creationInfo: {
      created: (source.committed ?? '1970-01-01T00:00:00Z').replace(/\.\d+Z$/, 'Z'),
      creators: [`Tool: ${name}-${version}`],
    },
    packages: [plugin, ...shipped, ...nodes.flatMap(({ node, within }) => [node, ...within])].map(spdxPackage),
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: plugin.SPDXID },
      ...[...shipped, ...nodes.map(({ node }) => node)].map((each) => contains(plugin.SPDXID, each.SPDXID)),
      ...nodes.flatMap(({ node, within }) => within.map((part) => contains(node.SPDXID, part.SPDXID))),
    ],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

function spdxPackage({ purl, checksum, ...rest }: SpdxPackage): object {
  const reference = { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl };
  return {
    ...rest,
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
    ...(checksum === undefined ? {} : { checksums: [checksum] }),
    ...(purl === undefined ? {} : { externalRefs: [reference] }),
  };
}

/** Letters, digits, dots and hyphens are all that an id may have. */
function id(text: string): string {
  return `SPDXRef-${text.replace(/[^A-Za-z0-9.-]+/g, '-')}`;
}
