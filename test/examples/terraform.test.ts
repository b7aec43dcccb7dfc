import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../../dev/servers/run-command.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { exampleBinary, newAccessKey, startExampleServer, type ExampleServer } from './example-server.ts';
import { judges } from './judges.ts';

const MAIN = resolve(import.meta.dirname, '../../examples/terraform/main.tf');
const ENGINE = newAccessKey('engine');
const VARIABLES: Readonly<Record<string, string>> = {
  access_key: ENGINE.accessKeyId,
  secret_key: ENGINE.secretAccessKey,
};

type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value };
type Attributes = Readonly<Record<string, Value>>;

/** Attributes of the resources as their provider, hashicorp/vault 5.9 to 5.11, has them: those to write, and computed ones. */
const RESOURCES: Readonly<Record<string, { readonly arguments: readonly string[]; readonly computed?: string }>> = {
  vault_mount: { arguments: ['path', 'type', 'description'] },
  vault_keymgmt_aws_kms: {
    arguments: ['mount', 'name', 'key_collection', 'credentials_wo', 'credentials_wo_version'],
  },
  vault_keymgmt_key: {
    arguments: ['mount', 'name', 'type', 'deletion_allowed', 'replica_regions', 'min_enabled_version'],
    computed: 'latest_version',
  },
  vault_keymgmt_distribute_key: {
    arguments: ['mount', 'kms_name', 'key_name', 'purpose', 'protection'],
    computed: 'versions',
  },
};

interface TerraformResource {
  readonly type: string;
  readonly label: string;
  readonly attributes: Attributes;
}

const venv = await judges();
const found = await exampleBinary();

describe.skipIf(venv.missing !== undefined)('examples/terraform/main.tf', () => {
  let resources: readonly TerraformResource[];
  beforeAll(async () => {
    resources = resolved(await parse(venv.missing === undefined ? join(venv.bin, 'python') : ''));
  });

  it('has resources and arguments that the provider knows', () => {
    expect(resources.map(({ type }) => type)).toEqual(Object.keys(RESOURCES));
    for (const { type, attributes } of resources) {
      expect(RESOURCES[type]?.arguments).toEqual(expect.arrayContaining(Object.keys(attributes)));
    }
  });

  describe.runIf(found.binary)(`as the provider sends it, to ${found.binary ? displayName(found.binary) : ''}`, () => {
    let example: ExampleServer;
    beforeAll(async () => {
      if (!found.binary) throw new Error('there is no server');
      example = await startExampleServer(found.binary, [ENGINE]);
      expect((await example.server.http('DELETE', 'sys/mounts/keymgmt')).status).toBe(204);
    });
    afterAll(() => example.stop());

    it('is applied, and a second plan finds nothing to change', async () => {
      for (const { type, attributes } of resources) {
        for (const [path, body] of writesOf(type, attributes)) {
          const { status, text } = await example.server.http('PUT', path, body);
          expect([status, text], path).toEqual([204, '']);
        }
        await expectRead(type, attributes);
      }
      for (const { type, attributes } of resources) await expectRead(type, attributes);
      expect(example.kms.keys('eu-central-1').map(({ state }) => state)).toEqual(['Enabled']);
    });

    it('is destroyed in the other order', async () => {
      for (const { type, attributes } of resources.toReversed()) {
        const { status, text } = await example.server.http('DELETE', pathOf(type, attributes));
        expect([status, text], type).toEqual([204, '']);
      }
      expect(example.kms.keys('eu-central-1').map(({ state }) => state)).toEqual(['PendingDeletion']);
    });

    /** What the provider compares with the configuration. */
    const expectRead = async (type: string, attributes: Attributes): Promise<void> => {
      if (type === 'vault_mount') return;
      const { status, body } = await example.server.http('GET', pathOf(type, attributes));
      const { data } = body;
      expect(status).toBe(200);
      switch (type) {
        case 'vault_keymgmt_aws_kms':
          expect(data).toEqual({ provider: 'awskms', key_collection: attributes['key_collection'] });
          break;
        case 'vault_keymgmt_key':
          expect(data).toMatchObject({
            type: attributes['type'],
            deletion_allowed: attributes['deletion_allowed'],
            latest_version: 1,
          });
          break;
        default:
          expect((data?.['purpose'] as string).split(',')).toEqual(sorted(attributes['purpose']));
          expect(data).toMatchObject({
            protection: attributes['protection'],
            versions: { 1: expect.any(String) as string },
          });
      }
    };
  });
});

/** The writes of a resource that is created, in the provider's order. */
function writesOf(type: string, attributes: Attributes): readonly (readonly [path: string, body: Attributes])[] {
  const path = pathOf(type, attributes);
  switch (type) {
    case 'vault_mount':
      return [[path, { type: attributes['type'] ?? '', description: attributes['description'] ?? '' }]];
    case 'vault_keymgmt_aws_kms':
      return [
        [
          path,
          {
            provider: 'awskms',
            key_collection: attributes['key_collection'] ?? '',
            credentials: attributes['credentials_wo'] ?? {},
          },
        ],
      ];
    case 'vault_keymgmt_key':
      return [
        [path, { type: attributes['type'] ?? '' }],
        [path, { deletion_allowed: attributes['deletion_allowed'] ?? false }],
      ];
    case 'vault_keymgmt_distribute_key':
      return [[path, { protection: attributes['protection'] ?? 'hsm', purpose: sorted(attributes['purpose']) }]];
    default:
      throw new Error(`it is not known what the provider sends for ${type}`);
  }
}

function pathOf(type: string, attributes: Attributes): string {
  const text = (name: string): string => attributes[name] as string;
  switch (type) {
    case 'vault_mount':
      return `sys/mounts/${text('path')}`;
    case 'vault_keymgmt_aws_kms':
      return `${text('mount')}/kms/${text('name')}`;
    case 'vault_keymgmt_key':
      return `${text('mount')}/key/${text('name')}`;
    default:
      return `${text('mount')}/kms/${text('kms_name')}/key/${text('key_name')}`;
  }
}

const sorted = (value: Value | undefined): readonly Value[] => [...(value as readonly string[])].sort();

/** The resources of the file in its order, read by python-hcl2, which leaves texts in quotes and references in `${}`. */
async function parse(python: string): Promise<readonly TerraformResource[]> {
  const load = 'import hcl2, json, sys; print(json.dumps(hcl2.load(open(sys.argv[1]))))';
  const { code, stdout, stderr } = await runCommand(python, ['-c', load, MAIN]);
  if (code !== 0) throw new Error(stderr);
  const { resource } = JSON.parse(stdout) as { resource: Record<string, Record<string, Record<string, Value>>>[] };
  return resource.flatMap((types) =>
    Object.entries(types).flatMap(([type, labels]) =>
      Object.entries(labels).map(([label, attributes]) => ({
        type: unquoted(type),
        label: unquoted(label),
        attributes: Object.fromEntries(Object.entries(attributes).filter(([name]) => !name.startsWith('__'))),
      })),
    ),
  );
}

/** Replaces references to variables, and to arguments of resources above. @throws {Error} for any other */
function resolved(resources: readonly TerraformResource[]): readonly TerraformResource[] {
  const known: TerraformResource[] = [];
  const valueOf = (value: Value): Value => {
    if (Array.isArray(value)) return (value as readonly Value[]).map(valueOf);
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, valueOf(each)]));
    }
    if (typeof value !== 'string') return value;
    const [, type = '', label = '', name = ''] = /^\$\{(\w+)\.(\w+)(?:\.(\w+))?\}$/.exec(value) ?? [];
    if (type === '') return unquoted(value);
    const found =
      type === 'var'
        ? VARIABLES[label]
        : known.find((each) => each.type === type && each.label === label)?.attributes[name];
    if (found === undefined) throw new Error(`${value} refers to nothing`);
    return found;
  };
  for (const { attributes, ...each } of resources) {
    known.push({ ...each, attributes: valueOf(attributes) as Attributes });
  }
  return known;
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');
