import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** A service account with one key, and the file of that key that its owner has. */
export interface ServiceAccount {
  readonly email: string;
  readonly projectId: string;
  readonly keyId: string;
  /** PEM, all that Google keeps. */
  readonly publicKey: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Makes a service account's key, as `gcloud iam service-accounts keys create` does. */
export function newServiceAccount(name = 'vault', projectId = 'acme-prod'): ServiceAccount {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { format: 'pem', type: 'spki' },
    privateKeyEncoding: { format: 'pem', type: 'pkcs8' },
  });
  const email = `${name}@${projectId}.iam.gserviceaccount.com`;
  return { email, projectId, keyId: randomBytes(20).toString('hex'), publicKey, privateKey };
}

/** The content of the key's file, for JSON. @param tokenUri `<identity's url>/token` */
export function keyFile(account: ServiceAccount, tokenUri: string): Readonly<Record<string, string>> {
  return {
    type: 'service_account',
    project_id: account.projectId,
    private_key_id: account.keyId,
    private_key: account.privateKey,
    client_email: account.email,
    client_id: '100000000000000000001',
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: tokenUri,
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(account.email)}`,
    universe_domain: 'googleapis.com',
  };
}
