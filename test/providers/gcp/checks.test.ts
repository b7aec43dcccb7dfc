import { describe, expect, it } from 'vitest';
import { keyFile } from '../../../dev/gcp-kms/identity/service-account.ts';
import { KEY_TYPES } from '../../../src/crypto/key-type.ts';
import { gcpDriver } from '../../../src/providers/gcp/driver.ts';
import { PURPOSES, type DistributionSpec, type Purpose } from '../../../src/providers/spec.ts';
import { credentialsOf, quickRetry, RING, VAULT } from './harness.ts';

const driver = (env: Readonly<Record<string, string>> = {}) => gcpDriver({ env, retry: quickRetry() });
const spec: DistributionSpec = {
  keyName: 'app',
  keyType: 'aes256-gcm96',
  purposes: ['encrypt', 'decrypt'],
  protection: 'hsm',
};
const GOOGLE = keyFile(VAULT, 'https://oauth2.googleapis.com/token');

const validate = (
  credentials: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  keyCollection = RING,
): string | undefined => driver(env).validateConfig({ keyCollection, credentials: credentialsOf(credentials) });
const take = (credentials: Readonly<Record<string, string>>): string | undefined => {
  const taken = driver().takeCredentials(credentialsOf(credentials));
  return 'problem' in taken ? taken.problem : undefined;
};

describe('gcpckms key_collection', () => {
  it.each(['projects/p/locations/global/keyRings/r', 'projects/example.com:p-1/locations/us-east1/keyRings/R_1-a'])(
    'accepts %j',
    (ring) => {
      expect(validate({}, {}, ring)).toBeUndefined();
    },
  );

  it.each([
    ...['', 'r', 'projects/p/locations/global', 'projects/p/locations/l/keyRings/r/cryptoKeys/k'],
    ...[
      'projects//locations/l/keyRings/r',
      'projects/../locations/l/keyRings/r',
      'projects/p/locations/l/keyRings/r?x',
    ],
    ...[
      'projects/p/locations/l/keyRings/..',
      'projects/p/locations/l/keyRings/r ',
      '/projects/p/locations/l/keyRings/r',
    ],
  ])('rejects %j', (ring) => {
    expect(validate({}, {}, ring)).toMatch(/^key_collection .*: use projects/);
  });
});

describe('gcpckms distribution', () => {
  /** Every set of purposes, so that the table is all that is accepted. */
  const sets = Array.from({ length: 2 ** PURPOSES.length }, (_, bits): readonly Purpose[] =>
    PURPOSES.filter((_purpose, index) => (bits >> index) & 1),
  );

  it('accepts the rows of the documented table, and nothing else', () => {
    const accepted = KEY_TYPES.flatMap((keyType) =>
      sets
        .filter((purposes) => driver().checkDistribution({ ...spec, keyType, purposes }) === undefined)
        .map((purposes) => `${keyType} ${purposes.join()}`),
    );
    // developer.hashicorp.com, Key Management, GCP Cloud KMS: "Key transfer specification".
    expect(accepted).toEqual([
      ...[
        'rsa-2048 decrypt',
        'rsa-2048 sign',
        'rsa-3072 decrypt',
        'rsa-3072 sign',
        'rsa-4096 decrypt',
        'rsa-4096 sign',
      ],
      ...['ecdsa-p256 sign', 'ecdsa-p384 sign', 'aes256-gcm96 encrypt,decrypt'],
    ]);
  });

  it('says what is possible instead', () => {
    const check = (rest: Partial<DistributionSpec>): string | undefined =>
      driver().checkDistribution({ ...spec, ...rest });
    expect(check({ keyType: 'rsa-2048', purposes: ['decrypt', 'sign'] })).toBe(
      'purpose decrypt,sign is not possible on gcpckms: a key of type rsa-2048 there has purpose=decrypt or purpose=sign',
    );
    expect(check({ keyType: 'ecdsa-p521', purposes: ['sign'] })).toContain('use a key of another type');
    expect(check({ keyName: 'a.b' })).toContain('use a key of another name');
    expect(check({ keyName: 'k'.repeat(52) })).toBeUndefined();
    expect(check({ keyName: 'k'.repeat(53) })).toContain('more than the 52');
    expect(check({ protection: 'software' })).toBeUndefined();
  });
});

describe('gcpckms credentials', () => {
  it.each([
    [{ service_account_file: '/etc/vault/gcp.json' }],
    [{ service_account_file: JSON.stringify(GOOGLE) }],
    [{ credentials_json: `${JSON.stringify(GOOGLE, undefined, 2)}\n` }],
    [{ impersonate_service_account: 'other@acme-prod.iam.gserviceaccount.com' }],
    [{ endpoint: 'https://cloudkms.us-east1.rep.googleapis.com' }],
    [{ service_account_file: JSON.stringify(GOOGLE), project: 'acme-prod', location: 'us-east1' }],
    [{}],
  ])('are taken: %j', (credentials) => {
    expect(take(credentials as Record<string, string>)).toBeUndefined();
    expect(validate(credentials as Record<string, string>)).toBeUndefined();
  });

  it.each([
    [{ client_email: 'x' }, '"client_email" that gcpckms does not know'],
    [{ credentials_json: '/etc/vault/gcp.json' }, 'a credentials_json that is not JSON'],
    [{ impersonate_service_account: 'other' }, 'name@project.iam.gserviceaccount.com'],
    [{ impersonate_service_account: 'a@b/../../x' }, 'name@project.iam.gserviceaccount.com'],
    [{ service_account_file: '/etc/\u0000x' }, 'a character in service_account_file'],
  ])('are refused: %j', (credentials, text) => {
    expect(take(credentials as unknown as Record<string, string>)).toContain(text);
  });

  it.each(['project', 'location'])('are refused with another %s than that of the key ring', (name) => {
    expect(validate({ [name]: 'other' })).toContain(`a ${name} other than that of key_collection`);
  });

  const { private_key: key, ...withoutKey } = GOOGLE;
  const external = {
    type: 'external_account',
    audience: 'a',
    subject_token_type: 't',
    token_url: 'https://sts.googleapis.com/v1/token',
  };
  it.each([
    ['{"type": "service_account"', 'is not JSON'],
    ['{}', 'has no type that the engine knows'],
    [JSON.stringify(withoutKey), 'lacks one of client_email and private_key'],
    [JSON.stringify({ ...GOOGLE, private_key: 'secret-key-bytes' }), 'a private_key that is not an RSA key in PEM'],
    [
      JSON.stringify({ ...external, credential_source: { executable: { command: '/bin/x' } } }),
      'of type executable, which',
    ],
    [JSON.stringify({ ...external, credential_source: { file: '/t' } }), 'have its operator give them'],
    [
      JSON.stringify({ ...external, credential_source: { environment_id: 'aws1', url: 'http://x' } }),
      'use one of type file or url',
    ],
    [JSON.stringify({ ...GOOGLE, token_uri: 'http://127.0.0.1:1/token' }), 'KEYMGMT_ALLOWED_ENDPOINTS'],
    [JSON.stringify({ ...GOOGLE, token_uri: 'http://169.254.169.254/token' }), 'link-local'],
    [
      JSON.stringify({ ...GOOGLE, token_uri: 'https://oauth2.googleapis.com.example.net/token' }),
      "not one of Google's",
    ],
  ])('with a content that cannot be used are refused, without a value: %#', (text, why) => {
    const problem = validate({ credentials_json: text }) ?? '';
    expect(problem).toContain(why);
    expect(problem).not.toContain('secret-key-bytes');
    expect(problem).not.toContain(key?.slice(40, 80));
  });

  it('are one of content and path', () => {
    const both = { credentials_json: JSON.stringify(GOOGLE), service_account_file: '/etc/vault/gcp.json' };
    expect(validate(both)).toContain('give one of them');
  });
});

describe('gcpckms endpoint', () => {
  const OWN = { credentials_json: JSON.stringify(GOOGLE) };
  const at = (
    endpoint: string,
    env: Readonly<Record<string, string>> = {},
    credentials: Record<string, string> = OWN,
  ) => validate({ ...credentials, endpoint }, env);

  it.each([
    'https://cloudkms.googleapis.com',
    'https://cloudkms.europe-west3.rep.googleapis.com',
    'https://cloudkms-vpc1.p.googleapis.com',
  ])('trusts %s', (endpoint) => {
    expect(at(endpoint)).toBeUndefined();
    expect(driver().endpointOf({ keyCollection: RING, credentials: credentialsOf({ endpoint }) })).toBe('gcp');
  });

  it.each([
    ...[
      'http://cloudkms.googleapis.com',
      'https://cloudkms.googleapis.com:8443',
      'https://cloudkms.googleapis.com.example.net',
    ],
    ...['https://evil-cloudkms.googleapis.com', 'https://storage.googleapis.com', 'https://cloudkms.googleapis.com.'],
    ...['https://cloudkms.x.example.rep.googleapis.com', 'https://127.0.0.1'],
  ])('refuses %s', (endpoint) => {
    expect(at(endpoint)).toContain('that is not one of Google Cloud KMS');
  });

  it('is refused where it is no origin, or link-local', () => {
    expect(at('https://cloudkms.googleapis.com/v1')).toContain('that is not a URL');
    expect(at('http://169.254.169.254', { KEYMGMT_ALLOWED_ENDPOINTS: 'http://169.254.169.254;ambient' })).toContain(
      'link-local',
    );
    expect(at('http://[fd20:ce::254]')).toContain('link-local');
  });

  it("gets the server's own credentials only where the operator says so", () => {
    const endpoint = 'http://127.0.0.1:9';
    const env = { KEYMGMT_ALLOWED_ENDPOINTS: endpoint };
    const ambient = { KEYMGMT_ALLOWED_ENDPOINTS: `${endpoint};ambient` };
    expect(at(endpoint, env)).toBeUndefined();
    for (const credentials of [{}, { service_account_file: '/etc/vault/gcp.json' }]) {
      expect(at(endpoint, env, credentials)).toContain("does not get the server's own credentials");
      expect(at(endpoint, ambient, credentials)).toBeUndefined();
    }
    // The environment goes before the configuration.
    expect(at(endpoint, { ...env, GOOGLE_CREDENTIALS: '/etc/x.json' })).toContain("the server's own credentials");
  });
});
