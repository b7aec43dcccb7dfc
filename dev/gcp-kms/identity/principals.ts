import type { ServiceAccount } from './service-account.ts';

/** What IAM lets a principal do. */
export interface Grants {
  /** Permissions, `cloudkms.cryptoKeys.create` say. @default all */
  readonly allow?: readonly string[];
  /** Resource names of the key rings that they hold for. @default all */
  readonly keyRings?: readonly string[];
  /** Emails of the service accounts that it may impersonate. @default none */
  readonly mayImpersonate?: readonly string[];
}

export interface Principal extends Grants {
  /** Email of a service account, or `principal://…` of a federated identity. */
  readonly id: string;
}

export type ServiceAccountOptions = Omit<ServiceAccount, 'privateKey'> & Grants;

/** A provider of a workload identity pool: the tokens of one OIDC issuer. */
export interface WorkloadIdentity {
  /** `//iam.googleapis.com/projects/<number>/locations/global/workloadIdentityPools/<pool>/providers/<provider>` */
  readonly audience: string;
  readonly issuer: string;
  /** PEM of the issuer's RSA key. */
  readonly publicKey: string;
  readonly subjects: readonly (Grants & { readonly subject: string })[];
}

/** `principal://` and the pool, and the subject in it. */
export function federatedId({ audience }: WorkloadIdentity, subject: string): string {
  return `principal:${audience.replace(/\/providers\/.*$/, '')}/subject/${subject}`;
}
