import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { startKms } from '../../dev/aws-kms/index.ts';
import type { Kms, KmsOptions } from '../../dev/aws-kms/kms.ts';
import { bundlePlugin } from '../../dev/build/bundle-plugin.ts';
import { installPlugin, registerArguments } from '../../dev/servers/install-plugin.ts';
import { stderrProgress } from '../../dev/servers/progress.ts';
import type { ServerBinary } from '../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../dev/servers/servers-at-hand.ts';
import { startServer, type RunningServer } from '../../dev/servers/start-server.ts';
import { allowing } from '../support/allowing.ts';

/** One server will do for an example: that the servers agree is what test/e2e is for. */
export async function exampleBinary(): Promise<
  { readonly binary: ServerBinary } | { readonly binary?: undefined; readonly missing: string }
> {
  const { present, missing } = await serversAtHand(process.env, stderrProgress);
  const binary = present.find(({ host }) => host === 'bao') ?? present[0];
  return binary ? { binary } : { missing: missing.map(({ wayOut }) => wayOut).join(', or ') };
}

type User = KmsOptions['accessKeys'][number];

/** A server whose plugin takes the embedded KMS for AWS, with the engine mounted at `keymgmt/`. */
export interface ExampleServer {
  readonly server: RunningServer;
  readonly kms: Kms;
  /** A token with one of `examples/policies`. */
  tokenWith(policy: string): Promise<string>;
  stop(): Promise<void>;
}

/** @param users of the account in the embedded KMS */
export async function startExampleServer(binary: ServerBinary, users: readonly User[]): Promise<ExampleServer> {
  const kms = await startKms({ accessKeys: users });
  const env = { ...allowing(kms.url), AWS_ENDPOINT_URL_KMS: kms.url };
  const server = await startServer({ binary, env }).catch(async (error: unknown) => {
    await kms.close();
    throw error;
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await kms.close();
  };
  const cli = async (...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await server.cli(...args);
    if (code !== 0) throw new Error(`${args.join(' ')} exits with ${code}: ${stderr}`);
  };
  try {
    const built = join(server.folder, 'build/vault-plugin-secrets-keymgmt');
    await bundlePlugin(built);
    await cli(...registerArguments(await installPlugin(server, built)));
    await cli('secrets', 'enable', 'keymgmt');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    server,
    kms,
    async tokenWith(policy) {
      await cli('policy', 'write', policy, join(import.meta.dirname, `../../examples/policies/${policy}.hcl`));
      const { body } = await server.http('POST', 'auth/token/create', { policies: [policy], no_default_policy: true });
      return (body['auth'] as { client_token: string }).client_token;
    },
    stop,
  };
}

/** An access key of the embedded KMS. */
export function newAccessKey(name: string): { readonly accessKeyId: string; readonly secretAccessKey: string } {
  return {
    accessKeyId: `AKIA${name.toUpperCase().padEnd(16, '0')}`,
    secretAccessKey: randomBytes(30).toString('base64url'),
  };
}
