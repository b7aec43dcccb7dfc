import { beforeAll, describe, expect, it } from 'vitest';
import { bundleSource } from '../../dev/build/bundle-plugin.ts';
import { cycloneDx } from '../../dev/dist/cyclonedx.ts';
import type { Inventory } from '../../dev/dist/inventory.ts';
import { GLIBC_NODE } from '../../dev/dist/pins.ts';
import { shippedPackages } from '../../dev/dist/shipped-packages.ts';
import { spdx } from '../../dev/dist/spdx.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { cycloneDxProblems } from '../support/cyclonedx-problems.ts';

let inventory: Inventory;
beforeAll(async () => {
  const { shipped } = await bundleSource();
  inventory = {
    name: packageJson.name,
    version: packageJson.version,
    source: { commit: 'c0ffee', modified: false, committed: '2026-01-02T03:04:05.000Z' },
    packages: await shippedPackages(shipped),
    nodes: [{ libc: 'glibc', version: '24.22.3', pin: GLIBC_NODE.x64, parts: [{ name: 'openssl', version: '3.5.9' }] }],
  };
});

describe('the bill of materials', () => {
  it('lists what the bundle imports in production, and nothing that only builds or tests it', () => {
    const names = inventory.packages.map(({ name }) => name);
    for (const name of ['@aws-sdk/client-kms', '@grpc/grpc-js', 'protobufjs', 'valibot']) expect(names).toContain(name);
    expect(names.filter((name) => name in packageJson.devDependencies)).toEqual([]);
    expect(names.length).toBeGreaterThan(20);
  });

  it('has a licence text for each package but those that ship none', () => {
    const without = inventory.packages.filter(({ texts }) => texts.length === 0).map(({ name }) => name);
    expect(without).toEqual(WITHOUT_TEXT);
  });

  it('is CycloneDX 1.6 with package URLs, hashes and the libraries in Node.js', () => {
    const document = JSON.parse(cycloneDx(inventory)) as {
      readonly specVersion: string;
      readonly metadata: { readonly timestamp: string };
      readonly components: readonly { readonly name: string; readonly purl: string; readonly hashes: unknown[] }[];
    };
    expect(document.specVersion).toBe('1.6');
    expect(document.metadata.timestamp).toBe('2026-01-02T03:04:05.000Z');
    expect(document.components).toHaveLength(inventory.packages.length + 1);
    expect(document.components.every(({ purl, hashes }) => purl !== '' && hashes.length === 1)).toBe(true);
    expect(cycloneDx(inventory)).toContain('"pkg:npm/%40grpc/grpc-js@');
    expect(cycloneDx(inventory)).toContain('"name": "openssl"');
  });

  it('is valid by the schema of CycloneDX 1.6', async () => {
    const document = cycloneDx(inventory);
    expect(await cycloneDxProblems(document)).toBeNull();
    for (const [from, to] of [
      ['"id": "MPL-2.0"', '"id": "MPL-2"'],
      ['"alg": "SHA-256"', '"alg": "SHA256"'],
      ['"purl": ', '"purls": '],
    ] as const) {
      expect(document).toContain(from);
      expect(await cycloneDxProblems(document.replace(from, to))).not.toBeNull();
    }
  });

  it('is SPDX 2.3 with ids that exist, each once', () => {
    const { spdxVersion, packages, relationships } = JSON.parse(spdx(inventory)) as {
      readonly spdxVersion: string;
      readonly packages: readonly { readonly SPDXID: string }[];
      readonly relationships: readonly { readonly spdxElementId: string; readonly relatedSpdxElement: string }[];
    };
    expect(spdxVersion).toBe('SPDX-2.3');
    const ids = packages.map(({ SPDXID }) => SPDXID);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^SPDXRef-[A-Za-z0-9.-]+$/.test(id))).toEqual([]);
    const related = relationships.flatMap((each) => [each.spdxElementId, each.relatedSpdxElement]);
    expect(related.filter((id) => id !== 'SPDXRef-DOCUMENT' && !ids.includes(id))).toEqual([]);
  });
});

/** Whose packages hold no file of that kind. */
const WITHOUT_TEXT: readonly string[] = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/nested-clients',
];
