import type * as Sdk from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import type { WallClock } from '../../support/clock.ts';
import { checkTrust, clientConfig } from './account.ts';
import { accountCredentials } from './credentials.ts';
import { endpointName, type Environment } from './endpoint.ts';
import { errorWithoutSecrets } from './redact.ts';
import { sentRequests } from './sent-requests.ts';
import { signAgain } from './sign-again.ts';
import { toProviderError } from './to-provider-error.ts';

/** The API calls of AWS KMS that the adapter makes, each failing with a ProviderError only. */
export interface Calls {
  createKey: Call<Sdk.CreateKeyCommandInput, Sdk.CreateKeyCommandOutput>;
  getParametersForImport: Call<Sdk.GetParametersForImportCommandInput, Sdk.GetParametersForImportCommandOutput>;
  importKeyMaterial: Call<Sdk.ImportKeyMaterialCommandInput, Answer>;
  enableKey: Call<Sdk.EnableKeyCommandInput, Answer>;
  disableKey: Call<Sdk.DisableKeyCommandInput, Answer>;
  scheduleKeyDeletion: Call<Sdk.ScheduleKeyDeletionCommandInput, Answer>;
  createAlias: Call<Sdk.CreateAliasCommandInput, Answer>;
  updateAlias: Call<Sdk.UpdateAliasCommandInput, Answer>;
  deleteAlias: Call<Sdk.DeleteAliasCommandInput, Answer>;
  listAliases: Call<Sdk.ListAliasesCommandInput, Sdk.ListAliasesCommandOutput>;
  tagResource: Call<Sdk.TagResourceCommandInput, unknown>;
  describeKey: Call<Sdk.DescribeKeyCommandInput, Sdk.DescribeKeyCommandOutput>;
  listKeys: Call<Sdk.ListKeysCommandInput, Sdk.ListKeysCommandOutput>;
  listResourceTags: Call<Sdk.ListResourceTagsCommandInput, Sdk.ListResourceTagsCommandOutput>;
  /** Looks for credentials; a failure is what is wrong with them. Never fails itself. */
  credentials(): Promise<CredentialsFound>;
  close(): void;
}

/** Where the credentials are, with the last characters of the access key's id, or why there are none. */
export interface CredentialsFound {
  readonly source: string;
  readonly id: string;
  readonly problem: string | undefined;
}

/** What every answer carries. */
export interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

type Call<I, O> = (input: I, signal: AbortSignal) => Promise<O>;

/** Opens an account. The SDK is loaded by the first call: a mount that never distributes does not pay for it. */
export function calls(config: ProviderConfig, env: Environment, requestTimeoutMs: number, clock: WallClock): Calls {
  const endpoint = endpointName(config, env);
  const credentials = accountCredentials(config, env, requestTimeoutMs, clock);
  const sent = sentRequests();
  let opened: Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> | undefined;
  const open = async (): Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> => {
    const sdk = await import('@aws-sdk/client-kms');
    const client = new sdk.KMSClient(clientConfig(config, env, requestTimeoutMs, credentials.provide));
    sent.watch(client);
    return { sdk, client };
  };
  const send = async <O>(call: string, run: (sdk: typeof Sdk, client: Sdk.KMSClient) => Promise<O>): Promise<O> => {
    const problem = checkTrust(config, env);
    if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
    try {
      opened ??= open();
      const { sdk, client } = await opened;
      // First, so that whatever happens to a request that nobody could sign is said of the credentials.
      await client.config.credentials().catch((error: unknown) => {
        throw error instanceof ProviderError ? inCall(call, error) : error;
      });
      return await signAgain(() => run(sdk, client));
    } catch (error) {
      throw errorWithoutSecrets(toProviderError(call, endpoint, error, sent.has(error)), credentials.secrets());
    }
  };
  return {
    // Once sent, it is not aborted: an answer under way holds the id of a CMK that exists.
    createKey: (input, signal) =>
      send('CreateKey', async (sdk, client) => {
        if (signal.aborted)
          throw new ProviderError('timeout', 'CreateKey: cancelled before it was sent', { call: 'CreateKey' });
        return client.send(new sdk.CreateKeyCommand(input));
      }),
    getParametersForImport: (input, abortSignal) =>
      send('GetParametersForImport', (sdk, client) =>
        client.send(new sdk.GetParametersForImportCommand(input), { abortSignal }),
      ),
    importKeyMaterial: (input, abortSignal) =>
      send('ImportKeyMaterial', (sdk, client) => client.send(new sdk.ImportKeyMaterialCommand(input), { abortSignal })),
    enableKey: (input, abortSignal) =>
      send('EnableKey', (sdk, client) => client.send(new sdk.EnableKeyCommand(input), { abortSignal })),
    disableKey: (input, abortSignal) =>
      send('DisableKey', (sdk, client) => client.send(new sdk.DisableKeyCommand(input), { abortSignal })),
    scheduleKeyDeletion: (input, abortSignal) =>
      send('ScheduleKeyDeletion', (sdk, client) =>
        client.send(new sdk.ScheduleKeyDeletionCommand(input), { abortSignal }),
      ),
    createAlias: (input, abortSignal) =>
      send('CreateAlias', (sdk, client) => client.send(new sdk.CreateAliasCommand(input), { abortSignal })),
    updateAlias: (input, abortSignal) =>
      send('UpdateAlias', (sdk, client) => client.send(new sdk.UpdateAliasCommand(input), { abortSignal })),
    deleteAlias: (input, abortSignal) =>
      send('DeleteAlias', (sdk, client) => client.send(new sdk.DeleteAliasCommand(input), { abortSignal })),
    listAliases: (input, abortSignal) =>
      send('ListAliases', (sdk, client) => client.send(new sdk.ListAliasesCommand(input), { abortSignal })),
    tagResource: (input, abortSignal) =>
      send('TagResource', (sdk, client) => client.send(new sdk.TagResourceCommand(input), { abortSignal })),
    describeKey: (input, abortSignal) =>
      send('DescribeKey', (sdk, client) => client.send(new sdk.DescribeKeyCommand(input), { abortSignal })),
    listKeys: (input, abortSignal) =>
      send('ListKeys', (sdk, client) => client.send(new sdk.ListKeysCommand(input), { abortSignal })),
    listResourceTags: (input, abortSignal) =>
      send('ListResourceTags', (sdk, client) => client.send(new sdk.ListResourceTagsCommand(input), { abortSignal })),
    async credentials() {
      try {
        const { accessKeyId } = await send('check', (_sdk, client) => client.config.credentials());
        return { source: credentials.source(), id: `…${accessKeyId.slice(-4)}`, problem: undefined };
      } catch (error) {
        return { source: credentials.source(), id: '', problem: (error as ProviderError).message };
      }
    },
    close() {
      void opened?.then(
        ({ client }) => {
          client.destroy();
        },
        () => undefined,
      );
    },
  };
}

/** What there is no way to sign a call for. */
function inCall(call: string, { reason, message, code, requestId }: ProviderError): ProviderError {
  return new ProviderError(reason, `${call}: ${message}`, { call, code, requestId });
}
