import { mkdirSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKms } from '../../dev/aws-kms/index.ts';
import type { Kms } from '../../dev/aws-kms/kms.ts';
import { startKeyVault, type KeyVault } from '../../dev/azure-key-vault/key-vault.ts';
import { keyFile, newServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { RING, startGcpKms, type GcpKms } from '../../dev/gcp-kms/kms.ts';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import type { Method } from '../../dev/servers/http-client.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import { runCommand } from '../../dev/servers/run-command.ts';
import { displayName } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { clientEnvironment, startServer, type RunningServer } from '../../dev/servers/start-server.ts';
import { allowing } from '../support/allowing.ts';
import { GCP_DOCUMENTED_PERMISSIONS } from '../support/documented-permissions.ts';
import { shellBlocks, textOf, type Command, type ShellBlock } from './pages.ts';
import { FROM_NOTHING, RUN_PAGES } from './run-pages.ts';

const CREDENTIALS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'thirty-characters-for-a-secret-0' };
const ACCOUNT = { AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId, AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey };
const SERVICE_ACCOUNT = newServiceAccount();
/** The application of docs/azure.md, with the permissions there. */
const APPLICATION = { clientId: 'a11ce000-0000-4000-8000-000000000001', secret: 'my-client-secret' };
const KEY_PERMISSIONS = ['create', 'import', 'get', 'update', 'delete'] as const;
/** The file that a reader has; here the script, as test/dist starts the executables. */
const EXECUTABLE = 'vault-plugin-secrets-keymgmt_0.1.0_linux_amd64';

const { present, missing } = await serversAtHand(process.env, stderrProgress);
// One server will do: that the servers agree is what test/e2e is for.
const binary = present.find(({ host }) => host === 'bao') ?? present[0];

if (binary === undefined) {
  describe('the commands of the pages', () => {
    it.skip(`need a server: ${missing.map(({ wayOut }) => wayOut).join(', or ')}`, () => undefined);
  });
}

describe.runIf(binary !== undefined)(`the commands of the pages, on ${binary ? displayName(binary) : ''}`, () => {
  let server: RunningServer;
  let embedded: Kms;
  let gcp: GcpKms;
  let keyVault: KeyVault;
  let built: string;
  beforeAll(async () => {
    if (!binary) throw new Error('there is no server');
    embedded = await startKms({ accessKeys: [CREDENTIALS] });
    // One optional permission as well, so that docs/gcp.md shows which one is missing.
    const allow = [...GCP_DOCUMENTED_PERMISSIONS, 'cloudkms.cryptoKeys.get'];
    gcp = await startGcpKms({ serviceAccounts: [{ ...SERVICE_ACCOUNT, allow }] });
    const vaults = [{ name: 'my-vault', permissions: { [APPLICATION.clientId]: KEY_PERMISSIONS } }];
    keyVault = await startKeyVault({ applications: [APPLICATION], vaults });
    // The pages give no endpoint, as AWS needs none.
    const endpoints = [embedded.url, gcp.url, gcp.identityUrl, keyVault.url, keyVault.loginUrl];
    const env = { ...allowing(...endpoints), AWS_ENDPOINT_URL_KMS: embedded.url, ...ACCOUNT };
    server = await startServer({ binary, env });
    built = join(server.folder, EXECUTABLE);
    await bundlePlugin(built);
    // The pages say `vault`, whichever server it is.
    const vault = join(server.folder, 'bin/vault');
    await mkdir(join(server.folder, 'bin'));
    await writeFile(vault, `#!/bin/sh\nexec "${binary.path}" "$@"\n`);
    await chmod(vault, 0o755);
  });
  afterAll(async () => {
    await server.stop();
    await Promise.all([embedded.close(), gcp.close(), keyVault.close()]);
  });

  it.each(RUN_PAGES)('%s', async (page) => {
    if (FROM_NOTHING.has(page)) {
      await server.http('DELETE', 'sys/mounts/keymgmt');
      await server.http('DELETE', 'sys/plugins/catalog/secret/keymgmt');
    }
    const folder = join(server.folder, `run-${RUN_PAGES.indexOf(page)}`);
    mkdirSync(folder);
    await copyFile(built, join(folder, EXECUTABLE));
    await writeFile(join(folder, 'gcp.json'), gcpJson(gcp), { mode: 0o600 });
    const runs = shellBlocks(page)
      .filter(({ notRun }) => notRun === undefined)
      .flatMap(placed)
      .map(inOurVault);
    await writeFile(join(folder, 'script'), scriptOf(runs));
    const { code } = await runCommand('bash', ['-eu', 'script'], { cwd: folder, env: environment(folder) });
    if (code !== 0) {
      const at = Number(await readFile(join(folder, 'at'), 'utf8').catch(() => '0'));
      const run = runs[at];
      const said = await readFile(join(folder, `out-${at}`), 'utf8').catch(() => '');
      throw new Error(`${run?.place} exits with ${code}:\n${run?.command.text}\n${said}`);
    }
    for (const [index, { place, command }] of runs.entries()) {
      if (command.output === undefined) continue;
      const said = readFileSync(join(folder, `out-${index}`), 'utf8');
      expect(plain(said), place).toMatch(patternOf(command.output));
    }
  });

  it.each<readonly [string, string, () => readonly { readonly action: string }[], string, string]>([
    ['docs/aws.md', 'aws', () => embedded.calls(), 'aes256-gcm96', 'encrypt,decrypt'],
    ['docs/gcp.md', 'gcp', () => gcp.calls(), 'aes256-gcm96', 'encrypt,decrypt'],
    ['docs/azure.md', 'azure', () => keyVault.calls(), 'ecdsa-p256', 'sign,verify'],
  ])('make the calls that %s tells of', async (page, kms, calls, type, purpose) => {
    const after = async (path: string, body: unknown, method: Method = 'PUT'): Promise<readonly string[]> => {
      const before = calls().length;
      expect((await server.http(method, `keymgmt/${path}`, body)).status).toBeLessThan(300);
      const made = calls().map(({ action }) => action);
      return [...new Set(made.slice(before))].filter((action) => !signIn.includes(action)).sort();
    };
    const signIn = ['Token', 'Authentication'];
    const key = `calls-${kms}`;
    const looks = told('all of these, to look first', page);
    await server.http('PUT', `keymgmt/key/${key}`, { type });
    const made = {
      distribute: await after(`kms/${kms}/key/${key}`, { purpose }),
      rotate: await after(`key/${key}/rotate`, {}),
      disable: await after(`key/${key}`, { min_enabled_version: 2 }),
      enable: await after(`key/${key}`, { min_enabled_version: 1 }),
      remove: await after(`kms/${kms}/key/${key}`, undefined, 'DELETE'),
    };
    const changes = (calls: readonly string[]): readonly string[] => calls.filter((call) => !looks.includes(call));
    expect(changes(made.distribute)).toEqual(told('distribute', page));
    expect(changes(made.rotate)).toEqual(told('rotate', page));
    const minimum = [...new Set(changes([...made.disable, ...made.enable]))].sort();
    expect(minimum).toEqual(told('`min_enabled_version`', page));
    expect(changes(made.remove)).toEqual(told('remove', page));
    // Each of them is made at some time.
    expect(Object.values(made).flat()).toEqual(expect.arrayContaining([...looks]));
    const rare = [...told('the first import of three days', page), ...told('the first with `protection=hsm`', page)];
    expect(calls().map(({ action }) => action)).toEqual(expect.arrayContaining([...rare]));
  });

  /** The page leads to Azure, the test to the embedded vault. */
  const inOurVault = ({ place, command }: Run): Run => {
    const ours = `"endpoint": "${keyVault.url}", "authority_host": "${keyVault.loginUrl}", `;
    return { place, command: { ...command, text: command.text.replace('"tenant_id"', (named) => ours + named) } };
  };

  const environment = (folder: string): NodeJS.ProcessEnv => ({
    ...clientEnvironment(server.address, server.rootToken),
    PATH: `${server.folder}/bin:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    PLUGIN_DIRECTORY: server.pluginFolder,
    ...ACCOUNT,
  });
});

/** What docs/gcp.md has the reader make, with the endpoint of the fake. */
function gcpJson({ url, identityUrl }: GcpKms): string {
  const credentials_json = JSON.stringify(keyFile(SERVICE_ACCOUNT, `${identityUrl}/token`));
  return JSON.stringify({
    provider: 'gcpckms',
    key_collection: RING,
    credentials: { credentials_json, endpoint: url },
  });
}

/** The calls in a row of the table of a page. */
function told(request: string, page: string): readonly string[] {
  const row = textOf(page)
    .split('\n')
    .find((line) => line.startsWith(`| ${request} `));
  return [...(row?.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, call = '']) => call).sort();
}

interface Run {
  readonly place: string;
  readonly command: Command;
}

function placed({ page, line, commands }: ShellBlock): readonly Run[] {
  return commands.map((command) => ({ place: `${page}:${line}`, command }));
}

/** One script for a page, as a reader has one shell: each command's output goes to a file of its own. */
function scriptOf(runs: readonly Run[]): string {
  return runs
    .map(({ command: { text, output } }, index) => {
      const run = `echo ${index} >at\n{\n${text}} >out-${index} 2>&1`;
      return output?.startsWith('Error') ? `if ${run.replace('\n', '; ')}; then exit 99; fi` : run;
    })
    .join('\n');
}

/** Tables are as wide as what is in them. */
function plain(text: string): string {
  return text
    .replace(/[ \t-]+/g, ' ')
    .replace(/ *\n */g, '\n')
    .trim();
}

function patternOf(output: string): RegExp {
  const literal = plain(output).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replaceAll('…', '[^]*?')}$`);
}
