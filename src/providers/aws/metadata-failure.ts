import { ProviderError } from '../errors.ts';

/** A Node.js system error code, also within the messages of the SDK. */
const CODE = /\b(E[A-Z]{4,}\d*)\b/;

/** The errors of the SDK's container and instance role providers. */
interface MetadataError extends Error {
  readonly code?: unknown;
  readonly statusCode?: unknown;
}

/**
 * Describes the failure of a metadata service. Its responses hold credentials, which messages of the JSON parser quote, so
 * only recognized parts of the message are used.
 */
export function metadataFailure(service: string, error: unknown): ProviderError {
  return new ProviderError('unauthenticated', textOf(service, error as MetadataError), { call: 'credentials' });
}

function textOf(service: string, { name, message, code, statusCode }: MetadataError): string {
  const status = Number(/^Server responded with status: (\d+)$/.exec(message)?.[1] ?? statusCode);
  if (status > 0) return status === 404 ? `${service} has no role` : `${service} answered with status ${status}`;
  if (message.includes('TimeoutError')) return `no answer from ${service} in time`;
  const known = typeof code === 'string' ? code : CODE.exec(message)?.[1];
  if (known === 'ENOENT' || known === 'EACCES') return `cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE (${known})`;
  if (known !== undefined && known !== 'ERR_INVALID_URL') return `cannot reach ${service} (${known})`;
  if (known === 'ERR_INVALID_URL' || message.startsWith('URL not accepted')) {
    return `${service} has a URL that is not accepted: it must be https, or http on loopback or a metadata address`;
  }
  if (name === 'InstanceMetadataV1FallbackError') return `${service} takes version 1 only, which is disabled`;
  return `the answer of ${service} cannot be read`;
}
