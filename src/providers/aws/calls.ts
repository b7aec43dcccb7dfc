import type * as Sdk from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import { checkTrust, clientConfig } from './account.ts';
import { endpointName, type Environment } from './endpoint.ts';
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
  close(): void;
}

/** What every answer carries. */
export interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

type Call<I, O> = (input: I, signal: AbortSignal) => Promise<O>;

/** Opens an account. The SDK is loaded by the first call: a mount that never distributes does not pay for it. */
export function calls(config: ProviderConfig, env: Environment, requestTimeoutMs: number): Calls {
  const endpoint = endpointName(config, env);
  let opened: Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> | undefined;
  const open = async (): Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> => {
    const sdk = await import('@aws-sdk/client-kms');
    return { sdk, client: new sdk.KMSClient(clientConfig(config, env, requestTimeoutMs)) };
  };
  const send = async <O>(call: string, run: (sdk: typeof Sdk, client: Sdk.KMSClient) => Promise<O>): Promise<O> => {
    const problem = checkTrust(config, env);
    if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
    try {
      opened ??= open();
      const { sdk, client } = await opened;
      return await run(sdk, client);
    } catch (error) {
      throw toProviderError(call, endpoint, error);
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
