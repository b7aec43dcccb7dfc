import { SHOWABLE_NAME, takeEach } from '../http/take-each.ts';
import type { Credentials, TakenCredentials } from '../port.ts';
import { CLOUD_NAMES, cloudOf } from './clouds.ts';

/** Names of the credentials that a configuration may have. */
export const CREDENTIAL_NAMES = [
  'tenant_id',
  'client_id',
  'client_secret',
  'client_certificate',
  'environment',
  'endpoint',
  'authority_host',
] as const;
const KNOWN: ReadonlySet<string> = new Set(CREDENTIAL_NAMES);
export const CREDENTIAL_LIST =
  'tenant_id, client_id, client_secret, client_certificate, environment, endpoint and authority_host';

const PRINTABLE = /^[\x21-\x7e]*$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/i;

/** Whether a text is a GUID, as the ids of tenants and applications are. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** A tenant by its id or by one of its domains; `common` and the like are no tenant. */
export function isTenant(text: string): boolean {
  return isGuid(text) || DOMAIN.test(text);
}

/**
 * Validates the credentials of a write. An unknown name would otherwise be ignored and the server's credentials used, and an
 * invalid value would fail with each request.
 */
export function takeCredentials(sent: Credentials): TakenCredentials {
  return takeEach(sent, problemOf);
}

function problemOf(name: string, value: string): string | undefined {
  if (!KNOWN.has(name)) {
    // A value given without its name is parsed as the name.
    const shown = SHOWABLE_NAME.test(name) && !isGuid(name) ? `"${name}"` : 'a name';
    return `credentials holds ${shown} that azurekeyvault does not know: give ${CREDENTIAL_LIST} only, as name=value`;
  }
  if (value === '') return undefined;
  if (name === 'client_certificate') {
    return /-----BEGIN CERTIFICATE-----/.test(value) && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value)
      ? undefined
      : 'credentials holds a client_certificate that is not PEM with a certificate and its private key: write both, client_certificate=@file.pem for example';
  }
  if (!PRINTABLE.test(value)) {
    return (
      `credentials holds a character in ${name} that none has (a space, a line break, a byte order mark or another one ` +
      'that is not printable): write it without'
    );
  }
  if (name === 'client_id' && !isGuid(value)) {
    return (
      'credentials holds a client_id that is not the id of an application, which is a GUID: it may have been swapped ' +
      'with client_secret'
    );
  }
  if (name === 'tenant_id' && !isTenant(value)) {
    return 'credentials holds a tenant_id that is not a tenant: use its id, a GUID, or one of its domains';
  }
  if (name === 'environment' && !cloudOf(value)) {
    return `credentials holds an environment that is no cloud of Azure: use ${CLOUD_NAMES}`;
  }
  return undefined;
}
