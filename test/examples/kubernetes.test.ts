import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { sha256OfFile } from '../../dev/servers/cached-binary.ts';
import { freePorts } from '../../dev/servers/free-ports.ts';
import { runCommand, type Finished } from '../../dev/servers/run-command.ts';
import { startProcess } from '../../dev/servers/server-process.ts';
import { waitUntil } from '../../dev/servers/wait-until.ts';
import { exampleBinary } from './example-server.ts';
import { judges } from './judges.ts';

const MANIFEST = resolve(import.meta.dirname, '../../examples/kubernetes/openbao.yaml');

interface Container {
  readonly name: string;
  readonly securityContext?: unknown;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}
interface PodSpec {
  readonly securityContext: unknown;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly { readonly name: string; readonly emptyDir?: unknown }[];
}
interface Resource {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: { readonly spec: PodSpec };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

const venv = await judges();
const found = await exampleBinary();

describe.skipIf(venv.missing !== undefined)('examples/kubernetes/openbao.yaml', () => {
  const command = (name: string): string => join(venv.missing === undefined ? venv.bin : '', name);
  const read = async (): Promise<readonly Resource[]> => {
    const load = 'import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))';
    const { stdout } = await runCommand(command('python'), ['-c', load, MANIFEST]);
    return JSON.parse(stdout) as readonly Resource[];
  };
  const resource = async (kind: string): Promise<Resource> => {
    const one = (await read()).find((each) => each.kind === kind);
    if (!one) throw new Error(`there is no ${kind}`);
    return one;
  };
  const podOf = ({ spec }: Resource): PodSpec => spec?.template?.spec as PodSpec;

  it("fits Kubernetes' own schemas, with no field that they do not know", async () => {
    const { code, stdout, stderr } = await runCommand(command('kubernetes-validate'), ['--strict', MANIFEST]);
    expect([code, stdout + stderr]).toEqual([0, expect.stringContaining('statefulset/openbao')]);
    expect(`${stdout}${stderr}`.match(/passed for resource/g)).toHaveLength((await read()).length);
  });

  it("keeps the Pod Security Standard 'restricted', with a read-only root", async () => {
    const pod = podOf(await resource('StatefulSet'));
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const { name, securityContext } of [...pod.initContainers, ...pod.containers]) {
      expect(securityContext, name).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('mounts what the configuration and the environment name', async () => {
    const set = await resource('StatefulSet');
    const pod = podOf(set);
    const [server] = pod.containers;
    const emptied = pod.volumes.filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name);
    const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
    const volumes = [...pod.volumes.map(({ name }) => name), ...claims];
    for (const { volumeMounts } of [...pod.initContainers, ...pod.containers]) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
    const at = (path: string | undefined): Container['volumeMounts'][number] | undefined =>
      server?.volumeMounts.find(({ mountPath }) => mountPath === path);
    const config = (await resource('ConfigMap')).data?.['openbao.hcl'] ?? '';
    const setting = (name: string): string | undefined => new RegExp(`\\b${name} += "(.+)"`).exec(config)?.[1];
    expect(at(setting('plugin_directory'))).toMatchObject({ name: 'plugins', readOnly: true });
    expect(at(setting('path'))).toMatchObject({ name: 'data' });
    expect(emptied).toContain(at(server?.env?.find(({ name }) => name === 'TMPDIR')?.value)?.name);
  });

  describe.skipIf(found.binary?.host !== 'bao')('its configuration, in OpenBao', () => {
    it('registers the plugin, which can be mounted', async () => {
      const bao = await serve((await resource('ConfigMap')).data?.['openbao.hcl'] ?? '', (sha256) => sha256);
      const { code, stderr } = await bao('secrets', 'enable', 'keymgmt');
      expect([code, stderr]).toEqual([0, '']);
      expect((await bao('write', 'keymgmt/key/app', 'type=aes256-gcm96')).code).toBe(0);
      const info = JSON.parse((await bao('read', '-format=json', 'sys/mounts/keymgmt')).stdout) as {
        data: Readonly<Record<string, unknown>>;
      };
      expect(info.data).toMatchObject({ running_plugin_version: 'v0.1.0' });
    });

    it('lets no other file be the plugin', async () => {
      const bao = await serve((await resource('ConfigMap')).data?.['openbao.hcl'] ?? '', () => '0'.repeat(64));
      const { code, stderr } = await bao('secrets', 'enable', 'keymgmt');
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/checksum/i);
    });
  });
});

/**
 * Starts OpenBao with a configuration that is changed only in its folders, ports and checksum, and unseals it.
 *
 * @returns its command line
 */
async function serve(
  config: string,
  checksum: (sha256: string) => string,
): Promise<(...args: readonly string[]) => Promise<Finished>> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'keymgmt-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['data', 'plugins', 'tls', 'tmp']) await mkdir(join(folder, name));
  const built = join(folder, 'build/keymgmt');
  await bundlePlugin(built);
  const plugin = join(folder, 'plugins/keymgmt');
  await copyFile(built, plugin);
  await chmod(plugin, 0o755);
  const [certificate, key] = [join(folder, 'tls/tls.crt'), join(folder, 'tls/tls.key')];
  const openssl = await runCommand('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-subj', '/CN=openbao', '-addext', 'subjectAltName=IP:127.0.0.1', '-out', certificate, '-keyout', key],
  ]);
  if (openssl.code !== 0) throw new Error(openssl.stderr);

  const [api = 0, cluster = 0] = await freePorts(2);
  const sha256 = checksum(await sha256OfFile(plugin));
  const adapted = config
    .replaceAll('/openbao/', `${folder}/`)
    .replace('0.0.0.0:8200', `127.0.0.1:${api}`)
    .replace('0.0.0.0:8201', `127.0.0.1:${cluster}`)
    .replace(/0{64}/, sha256);
  await writeFile(join(folder, 'openbao.hcl'), adapted);
  const address = `https://127.0.0.1:${api}`;
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TMPDIR: join(folder, 'tmp'),
    BAO_API_ADDR: address,
    BAO_CLUSTER_ADDR: `https://127.0.0.1:${cluster}`,
  };
  const path = found.binary?.path ?? '';
  const log = join(folder, 'log');
  const server = startProcess(path, ['server', `-config=${folder}/openbao.hcl`], { folder, log, env });
  onTestFinished(() => server.stop());
  let token = '';
  const bao = (...args: readonly string[]): Promise<Finished> =>
    runCommand(path, args, { env: { ...env, BAO_ADDR: address, BAO_CACERT: certificate, BAO_TOKEN: token } });
  const init = ['operator', 'init', '-key-shares=1', '-key-threshold=1', '-format=json'];
  const {
    unseal_keys_b64: [unsealKey = ''],
    root_token: root,
  } = await waitUntil('the server listens', async () => {
    if (!server.running()) throw new Error(readFileSync(log, 'utf8').slice(-2000));
    const { code, stdout } = await bao(...init);
    return code === 0
      ? (JSON.parse(stdout) as { readonly unseal_keys_b64: readonly string[]; readonly root_token: string })
      : undefined;
  });
  token = root;
  await bao('operator', 'unseal', unsealKey);
  await waitUntil('the server is active', async () => (await bao('secrets', 'list')).code === 0);
  return bao;
}
