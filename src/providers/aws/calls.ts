import type * as Sdk from '@aws-sdk/client-kms';
import { ProviderError } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import type { WallClock } from '../../support/clock.ts';
import type { Outbound } from '../../support/outbound/outbound.ts';
import { clientConfig } from './client-config.ts';
import { accountCredentials } from './credentials.ts';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { endpointName } from './endpoint.ts';
import { errorWithoutSecrets } from '../http/redact.ts';
import { sentRequests } from './sent-requests.ts';
import { signAgain } from './sign-again.ts';
import { checkRequest } from './check-request.ts';
import { endInTime } from '../http/end-in-time.ts';
import { guardedHandler, isKms, type HttpRequest } from './guarded-handler.ts';
import { toProviderError } from './to-provider-error.ts';
import { checkTrust } from './validate-config.ts';

/** The AWS KMS API calls of the adapter. Each rejects with a ProviderError only. */
export interface Calls {
  createKey: Call<Sdk.CreateKeyCommandInput, Sdk.CreateKeyCommandOutput>;
  getParametersForImport: Call<Sdk.GetParametersForImportCommandInput, Sdk.GetParametersForImportCommandOutput>;
  importKeyMaterial: Call<Sdk.ImportKeyMaterialCommandInput, ImportAnswer>;
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
  /** Resolves the credentials. Never rejects: the result holds the problem. */
  credentials(signal: AbortSignal): Promise<CredentialsFound>;
  /** The proxy of the last request to KMS, without user and password; undefined for a direct connection. */
  proxy(): string | undefined;
  close(): void;
}

/** Source of the credentials and the last characters of the access key ID, or the reason why there are none. */
export interface CredentialsFound {
  readonly source: string;
  readonly id: string;
  readonly problem: string | undefined;
}

/** The part that all responses have. */
export interface Answer {
  readonly $metadata: { readonly requestId?: string | undefined };
}

/** The part of the response of ImportKeyMaterial that is read. */
export type ImportAnswer = Answer & Pick<Sdk.ImportKeyMaterialCommandOutput, 'KeyMaterialId'>;

type Call<I, O> = (input: I, signal: AbortSignal) => Promise<O>;

interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** Phases of a call, each with its own timeout: credentials, response, response after signing again. */
const PHASES = 3;

export interface CallsOptions {
  readonly env: Environment;
  /** Timeout of a request, in milliseconds. */
  readonly requestTimeoutMs: number;
  readonly outbound: Outbound;
  readonly clock: WallClock;
}

/** Opens an account. The first call loads the SDK, so that a mount that never distributes does not load it. */
export function calls(config: ProviderConfig, { env, requestTimeoutMs, outbound, clock }: CallsOptions): Calls {
  let proxy: string | undefined;
  const endpoint = (): string =>
    endpointName(config, env) + (proxy === undefined ? '' : ` (through the proxy at ${proxy})`);
  const credentials = accountCredentials(config, env, requestTimeoutMs, clock);
  const sent = sentRequests();
  /** Signals of the calls whose request may have been sent. */
  const underWay = new WeakSet<AbortSignal>();
  let opened: Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> | undefined;
  const open = async (): Promise<{ sdk: typeof Sdk; client: Sdk.KMSClient }> => {
    const sdk = await import('@aws-sdk/client-kms');
    const client = new sdk.KMSClient(clientConfig(config, env, requestTimeoutMs, outbound, credentials.provide));
    client.config.requestHandler = guardedHandler(client.config.requestHandler, {
      limitMs: requestTimeoutMs,
      beforeSending(request, own) {
        const problem = checkRequest({ ...request, isKms: isKms(request) }, config, env);
        if (problem !== undefined) throw new ProviderError('invalid_request', problem, { call: 'endpoint' });
        if (isKms(request)) proxy = proxyFor(request, outbound);
        if (own) underWay.add(own);
      },
    });
    sent.watch(client);
    return { sdk, client };
  };
  const send = async <O>(
    call: string,
    signal: AbortSignal,
    run: (sdk: typeof Sdk, client: Sdk.KMSClient, options: CallOptions) => Promise<O>,
  ): Promise<O> => {
    const problem = checkTrust(config, env);
    if (problem !== undefined) throw new ProviderError('invalid_request', `${call}: ${problem}`, { call });
    try {
      return await endInTime(
        {
          limitMs: requestTimeoutMs * PHASES,
          signal,
          // The pending response has the ID of a KMS key that exists.
          goesOn: (own) => call === 'CreateKey' && underWay.has(own),
          failure: (why, own) => unfinished(call, endpoint(), why, underWay.has(own)),
        },
        async (abortSignal) => {
          opened ??= open();
          const { sdk, client } = await opened;
          // Resolved first, so that a failure is reported as one of the credentials.
          await client.config.credentials().catch((error: unknown) => {
            throw error instanceof ProviderError ? inCall(call, error) : error;
          });
          return signAgain(() => run(sdk, client, { abortSignal }));
        },
      );
    } catch (error) {
      throw errorWithoutSecrets(toProviderError(call, endpoint(), error, sent.has(error)), credentials.secrets());
    }
  };
  return {
    createKey: (input, signal) =>
      send('CreateKey', signal, (sdk, client, options) => client.send(new sdk.CreateKeyCommand(input), options)),
    getParametersForImport: (input, signal) =>
      send('GetParametersForImport', signal, (sdk, client, options) =>
        client.send(new sdk.GetParametersForImportCommand(input), options),
      ),
    importKeyMaterial: (input, signal) =>
      send('ImportKeyMaterial', signal, (sdk, client, options) =>
        client.send(new sdk.ImportKeyMaterialCommand(input), options),
      ),
    enableKey: (input, signal) =>
      send('EnableKey', signal, (sdk, client, options) => client.send(new sdk.EnableKeyCommand(input), options)),
    disableKey: (input, signal) =>
      send('DisableKey', signal, (sdk, client, options) => client.send(new sdk.DisableKeyCommand(input), options)),
    scheduleKeyDeletion: (input, signal) =>
      send('ScheduleKeyDeletion', signal, (sdk, client, options) =>
        client.send(new sdk.ScheduleKeyDeletionCommand(input), options),
      ),
    createAlias: (input, signal) =>
      send('CreateAlias', signal, (sdk, client, options) => client.send(new sdk.CreateAliasCommand(input), options)),
    updateAlias: (input, signal) =>
      send('UpdateAlias', signal, (sdk, client, options) => client.send(new sdk.UpdateAliasCommand(input), options)),
    deleteAlias: (input, signal) =>
      send('DeleteAlias', signal, (sdk, client, options) => client.send(new sdk.DeleteAliasCommand(input), options)),
    listAliases: (input, signal) =>
      send('ListAliases', signal, (sdk, client, options) => client.send(new sdk.ListAliasesCommand(input), options)),
    tagResource: (input, signal) =>
      send('TagResource', signal, (sdk, client, options) => client.send(new sdk.TagResourceCommand(input), options)),
    describeKey: (input, signal) =>
      send('DescribeKey', signal, (sdk, client, options) => client.send(new sdk.DescribeKeyCommand(input), options)),
    listKeys: (input, signal) =>
      send('ListKeys', signal, (sdk, client, options) => client.send(new sdk.ListKeysCommand(input), options)),
    listResourceTags: (input, signal) =>
      send('ListResourceTags', signal, (sdk, client, options) =>
        client.send(new sdk.ListResourceTagsCommand(input), options),
      ),
    async credentials(signal) {
      try {
        const { accessKeyId } = await send('check', signal, (_sdk, client) => client.config.credentials());
        return { source: credentials.source(), id: `…${accessKeyId.slice(-4)}`, problem: undefined };
      } catch (error) {
        return { source: credentials.source(), id: '', problem: (error as ProviderError).message };
      }
    },
    proxy: () => proxy,
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

function proxyFor({ protocol, hostname, port }: HttpRequest, { route }: Outbound): string | undefined {
  const isHttps = protocol === 'https:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const found = route({ protocol: isHttps ? 'https:' : 'http:', host, port: port ?? (isHttps ? 443 : 80) });
  return found.by === 'proxy' ? found.proxy.name : undefined;
}

/** Adds the name of the call to a credentials error. */
function inCall(call: string, { reason, message, code, requestId }: ProviderError): ProviderError {
  return new ProviderError(reason, `${call}: ${message}`, { call, code, requestId });
}

function unfinished(call: string, endpoint: string, why: 'late' | 'cancelled', isSent: boolean): ProviderError {
  const text =
    why === 'late' ? `no answer from ${isSent ? endpoint : 'the source of the credentials'} in time` : 'cancelled';
  return new ProviderError('timeout', `${call}: ${text}${isSent ? '' : ' before it was sent'}`, {
    call,
    ambiguous: isSent,
  });
}
