import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyFile, newServiceAccount } from '../../dev/gcp-kms/identity/service-account.ts';
import { knownSecrets } from '../../dev/secrecy/known-secrets.ts';
import { secretsInRequest } from '../../dev/secrecy/secrets-in-record.ts';

const account = newServiceAccount();
const file = keyFile(account, 'https://oauth2.googleapis.com/token');

/** What is known of a request, in what is found of it. */
function found(credentials: Readonly<Record<string, string>>, text: string): readonly string[] {
  const secrets = knownSecrets();
  for (const { what, bytes } of secretsInRequest('kms/gcp', { credentials })) secrets.add(what, bytes);
  return [...new Set(secrets.leaksIn([{ where: 'a log', text }]).map(({ what }) => what))];
}

describe('the search for the credentials of a service account', () => {
  const key = createPrivateKey(account.privateKey);
  const der = key.export({ format: 'der', type: 'pkcs8' });
  const jwk = key.export({ format: 'jwk' });
  const body = account.privateKey.replace(/-----[A-Z ]+-----/g, '').trim();
  /** Two lines from the middle of the file, of d. */
  const lines = body.split('\n').slice(8, 10);

  it.each<readonly [string, string]>([
    ['the lines of PEM', body],
    ['two lines of PEM', lines.join('\n')],
    ['lines of PEM in JSON', JSON.stringify(lines.join('\n'))],
    ['lines of PEM in JSON in JSON', JSON.stringify(JSON.stringify(lines.join('\n')))],
    ['base64 without line breaks', body.replaceAll('\n', '')],
    ['base64 within a form', encodeURIComponent(body.replaceAll('\n', ''))],
    ['DER in hex', der.toString('hex')],
    ['bytes', der.toString('latin1')],
    ['PKCS #1', key.export({ format: 'der', type: 'pkcs1' }).toString('base64')],
    ...(['d', 'p', 'q', 'dp', 'dq', 'qi'] as const).map(
      (name) => [`the number ${name}`, `{"x":"${jwk[name] ?? ''}"}`] as const,
    ),
    ['p in decimal', BigInt(`0x${Buffer.from(jwk.p ?? '', 'base64url').toString('hex')}`).toString()],
  ])('finds the key by %s', (_what, text) => {
    for (const name of ['credentials_json', 'service_account_file']) {
      expect(found({ [name]: JSON.stringify(file) }, text)).toEqual([`kms/gcp ${name} private_key`]);
    }
  });

  it('finds the secrets of a user, and those of source credentials', () => {
    const user = { type: 'authorized_user', client_secret: 'a-secret-of-gcloud', refresh_token: 'a-refresh-token' };
    const impersonated = { type: 'impersonated_service_account', source_credentials: user };
    for (const given of [user, impersonated]) {
      expect(found({ credentials_json: JSON.stringify(given) }, 'a-secret-of-gcloud, a-refresh-token')).toEqual([
        'kms/gcp credentials_json client_secret',
        'kms/gcp credentials_json refresh_token',
      ]);
    }
  });

  it('finds nothing in what may be shown', () => {
    const { private_key: _key, ...shown } = file;
    expect(found({ credentials_json: JSON.stringify(file) }, JSON.stringify(shown))).toEqual([]);
    expect(
      found({ service_account_file: '/etc/vault/a-long-name-of-a-file.json' }, '/etc/vault/a-long-name-of-a-file.json'),
    ).toEqual([]);
  });

  it('finds what is no file of Google as it is', () => {
    expect(
      found({ credentials_json: '{"private_key": "not a key at all"' }, '{"private_key": "not a key at all"'),
    ).toEqual(['kms/gcp credentials_json']);
  });
});
