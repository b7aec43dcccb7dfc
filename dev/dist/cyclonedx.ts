import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { inventoryId, nodeUrl, npmUrl, type Inventory } from './inventory.ts';

const { Component } = Models;
const { Application, Library, Platform } = Enums.ComponentType;

/** The inventory as a CycloneDX document, JSON; the same inventory makes the same text. */
export function cycloneDx(inventory: Inventory): string {
  const { name, version, source } = inventory;
  const plugin = new Component(Application, name, { version, bomRef: 'plugin', licenses: licences('MPL-2.0') });
  const components = [...inventory.packages.map(packageComponent), ...inventory.nodes.map(nodeComponent)];
  for (const { bomRef } of components) plugin.dependencies.add(bomRef);
  const timestamp = source.committed === undefined ? undefined : new Date(source.committed);
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${inventoryId(inventory)}`,
    metadata: new Models.Metadata({ component: plugin, ...(timestamp && { timestamp }) }),
    components: new Models.ComponentRepository(components),
  });
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  return `${new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function packageComponent(shipped: Inventory['packages'][number]): Models.Component {
  const [, group, name = shipped.name] = /^(@[^/]+)\/(.*)$/.exec(shipped.name) ?? [];
  return new Component(Library, name, {
    ...(group === undefined ? {} : { group }),
    version: shipped.version,
    bomRef: npmUrl(shipped),
    purl: npmUrl(shipped),
    licenses: licences(shipped.licence),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-512'], shipped.sha512]]),
  });
}

function nodeComponent({ libc, version, pin, parts }: Inventory['nodes'][number]): Models.Component {
  const bomRef = `node-${libc}`;
  const within = parts.map((part) => {
    return new Component(Library, part.name, { version: part.version, bomRef: `${bomRef}/${part.name}` });
  });
  return new Component(Platform, 'node', {
    version,
    description: `Node.js in the executables for ${libc}`,
    bomRef,
    purl: nodeUrl(pin),
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: licences('MIT'),
    hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], pin.sha256]]),
    components: new Models.ComponentRepository(within),
  });
}

function licences(expression: string): Models.LicenseRepository {
  const licence = /[ (]/.test(expression)
    ? new Models.LicenseExpression(expression)
    : new Models.SpdxLicense(expression);
  return new Models.LicenseRepository([licence]);
}
