import { ProviderError } from '../errors.ts';

/** Of Node's system errors, which the SDK keeps in a text, too. */
const CODE = /\b(E[A-Z]{4,}\d*)\b/;

/** What the SDK's providers of the roles of containers and instances reject with. */
interface MetadataError extends Error {
  readonly code?: unknown;
  readonly statusCode?: unknown;
}

/**
 * Says how a metadata service failed. Its answers hold credentials, and a text of the JSON parser quotes them: of the
 * error's text only what is known is used.
 */
export function metadataFailure(service: string, error: unknown): ProviderError {
  return new ProviderError('unauthenticated', textOf(service, error as MetadataError), { call: 'credentials' });
}

function textOf(service: string, { name, message, code, statusCode }: MetadataError): string {
  const status = Number(/^Server responded with status: (\d+)$/.exec(message)?.[1] ?? statusCode);
  if (status > 0) return status === 404 ? `${service} knows of no role` : `${service} answered with status ${status}`;
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
