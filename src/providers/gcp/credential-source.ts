import { join } from 'node:path';
import type { Environment } from '../../support/outbound/proxy-rules.ts';
import { ProviderError } from '../errors.ts';
import type { ProviderConfig } from '../port.ts';
import { LONGEST_CREDENTIALS, parseCredentials, type GoogleCredentials } from './google-credentials.ts';
import { readServerFile, UnusableFile } from '../http/server-file.ts';

/** Where the credentials of an account come from. */
export interface CredentialSource {
  /** Shown by `check` and in error messages. */
  readonly name: string;
  /**
   * Whether they are the configuration's own. What is read on the server, be it a file that the configuration names, is the
   * server's.
   */
  readonly isOwn: boolean;
  /** Undefined: nothing is there. `metadata`: they are those of the machine. */
  readonly read: () => Promise<GoogleCredentials | 'metadata' | undefined>;
}

/** Whether a value is the content of a file rather than its path; Terraform is often given the content. */
export function isContent(value: string): boolean {
  return value.trimStart().startsWith('{');
}

/** The credential that holds the content of a file, or undefined. */
export function ownContent({
  credentials,
}: ProviderConfig): { readonly name: string; readonly text: string } | undefined {
  const json = credentials['credentials_json']?.reveal();
  if (json) return { name: 'credentials_json', text: json };
  const file = credentials['service_account_file']?.reveal();
  return file && isContent(file) ? { name: 'service_account_file', text: file } : undefined;
}

/** Whether the configuration has credentials of its own that are used: the environment goes before them, as in Vault. */
export function hasOwnCredentials(config: ProviderConfig, env: Environment): boolean {
  return !env['GOOGLE_CREDENTIALS'] && ownContent(config) !== undefined;
}

/**
 * The sources in Vault's order: GOOGLE_CREDENTIALS, the configuration, and Google's Application Default Credentials
 * (GOOGLE_APPLICATION_CREDENTIALS, the file of gcloud, the metadata server). The first that is there is used; one that is
 * there and cannot be used is an error, as the next may belong to another account.
 */
export function credentialSources(config: ProviderConfig, env: Environment): readonly CredentialSource[] {
  const own = ownContent(config);
  const path = config.credentials['service_account_file']?.reveal();
  const adc = env['GOOGLE_APPLICATION_CREDENTIALS'];
  const settings = env['CLOUDSDK_CONFIG'] || (env['HOME'] ? join(env['HOME'], '.config/gcloud') : undefined);
  const wellKnown = settings && join(settings, 'application_default_credentials.json');
  const given = env['GOOGLE_CREDENTIALS'];
  return [
    source('GOOGLE_CREDENTIALS', given, (value) => (isContent(value) ? content(value) : fromFile(value))),
    { ...source('configuration', own?.text, content), isOwn: true },
    source('service_account_file', path, fromFile),
    source('GOOGLE_APPLICATION_CREDENTIALS', adc, fromFile),
    source("gcloud's file", wellKnown, (file) => fromFile(file, true)),
    { name: 'metadata server', isOwn: false, read: async () => 'metadata' },
  ];
}

function source(
  name: string,
  value: string | undefined,
  read: (value: string) => Promise<GoogleCredentials | undefined>,
): CredentialSource {
  return { name, isOwn: false, read: async () => (value ? read(value) : undefined) };
}

async function content(text: string): Promise<GoogleCredentials> {
  const found = parseCredentials(text);
  if ('problem' in found) throw failure(`its content ${found.problem}`);
  return found;
}

async function fromFile(path: string, mayBeMissing = false): Promise<GoogleCredentials | undefined> {
  let text: string;
  try {
    text = await readServerFile(path, LONGEST_CREDENTIALS);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    const { code } = error;
    if (mayBeMissing && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw failure(`the file cannot be read by the plugin (${code})`);
  }
  return content(text);
}

function failure(text: string): ProviderError {
  return new ProviderError('unauthenticated', text, { call: 'credentials' });
}
