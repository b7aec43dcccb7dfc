import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Makes these the only variables of this process that speak of AWS, as the SDK reads them there; nothing of this machine
 * and of its network counts.
 */
export function ambient(variables: Variables = {}): Variables {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  const all = {
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...variables,
  };
  for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return { ...process.env };
}

/** A file with this text, for the time of the test. */
export function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'file');
  writeFileSync(path, text);
  return path;
}

/** A server on a port of 127.0.0.1 until the test ends. @returns its URL */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Credentials as AWS gives them for a while. */
export interface Temporary {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration?: string;
}

/** AWS STS API Reference: what AssumeRole and AssumeRoleWithWebIdentity answer. */
export function stsAnswer(
  action: string,
  { accessKeyId, secretAccessKey, sessionToken, expiration }: Temporary,
): string {
  return (
    `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>` +
    `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>` +
    `<SessionToken>${sessionToken}</SessionToken><Expiration>${expiration ?? '2099-01-01T00:00:00Z'}</Expiration>` +
    `</Credentials></${action}Result><ResponseMetadata><RequestId>sts</RequestId></ResponseMetadata></${action}Response>`
  );
}

/** AWS STS API Reference, "Common errors". */
export function stsError(code: string, message: string): string {
  return (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>' +
    `<Code>${code}</Code><Message>${message}</Message></Error><RequestId>sts</RequestId></ErrorResponse>`
  );
}

/** What the metadata services of containers and instances answer. */
export function metadataAnswer({ accessKeyId, secretAccessKey, sessionToken, expiration }: Temporary): string {
  return JSON.stringify({
    Code: 'Success',
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration ?? '2099-01-01T00:00:00Z',
  });
}
