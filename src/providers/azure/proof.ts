import type { RetryDependencies } from '../http/retry.ts';
import { readServerFile, UnusableFile } from '../http/server-file.ts';
import { clientAssertion, UnusableCertificate } from './client-assertion.ts';
import type { Identity, Settings } from './settings.ts';
import { noCredentials } from './token-failure.ts';

/** Of a certificate with its key, or a token: in bytes. */
const LONGEST_FILE = 64 * 1024;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An identity that is proven to Entra ID, which a managed one is not. */
type Application = Exclude<Identity, { readonly by: 'managed_identity' }>;

/** What proving an application needs. */
export interface ProofContext {
  readonly settings: Settings;
  readonly retry: RetryDependencies;
  /** Has an assertion or a token redacted from messages. @returns the same text */
  readonly remember: (text: string) => string;
}

/**
 * The parameters of a request for a token that prove an application (RFC 6749 §2.3.1, RFC 7523 §2.2).
 *
 * @param audience - the URL that the token is asked of
 */
export async function proofOf(
  context: ProofContext,
  identity: Application,
  audience: string,
): Promise<Readonly<Record<string, string>>> {
  if (identity.by === 'client_secret') return { client_secret: identity.clientSecret.reveal() };
  const assertion =
    identity.by === 'workload_identity'
      ? (await readSecretFile(context, 'AZURE_FEDERATED_TOKEN_FILE', identity.file)).trim()
      : await certificateAssertion(context, identity, audience);
  return { client_assertion: context.remember(assertion), client_assertion_type: ASSERTION_TYPE };
}

async function certificateAssertion(
  context: ProofContext,
  { pem, file, password, clientId }: Extract<Application, { readonly by: 'client_certificate' }>,
  audience: string,
): Promise<string> {
  const text = pem?.reveal() ?? (await readSecretFile(context, 'AZURE_CLIENT_CERTIFICATE_PATH', file));
  try {
    return clientAssertion(text, password, clientId, audience, context.retry.clock.now());
  } catch (error) {
    if (!(error instanceof UnusableCertificate)) throw error;
    const name = pem ? 'client_certificate' : 'the file of AZURE_CLIENT_CERTIFICATE_PATH';
    throw noCredentials(context.settings, 'unauthenticated', `${name} cannot be used: ${error.message}`);
  }
}

async function readSecretFile({ settings }: ProofContext, variable: string, file: string): Promise<string> {
  try {
    return await readServerFile(file, LONGEST_FILE);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw noCredentials(settings, 'unauthenticated', `the file that ${variable} names cannot be read (${error.code})`);
  }
}
