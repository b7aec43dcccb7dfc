import type { DemoEnvironment } from './environment.ts';

/** The response of a read of `keymgmt/kms/:kms/key/:key`. */
export interface DistributionRead {
  readonly name: string;
  readonly purpose: string;
  readonly protection: string;
  readonly distribution_time: string;
  /** KMS key id by version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Results of the steps so far, for later steps. */
export interface Story extends DemoEnvironment {
  distribution?: DistributionRead;
  /** A ciphertext of version 1. */
  ciphertext?: Uint8Array;
}

export const KEY = 'demo';
export const KMS = 'aws';
export const PLAINTEXT = 'attack at dawn';

/** The alias that applications use. @throws {Error} before the distribution was read */
export const aliasOf = (story: Story): string => `alias/hashicorp/${distributionOf(story).name}`;

/** The KMS key of a version. @throws {Error} when the distribution, as it was read, has none */
export function kmsKeyOf(story: Story, version: number): string {
  const id = distributionOf(story).versions[version];
  if (id === undefined) throw new Error(`the distribution has no version ${version}`);
  return id;
}

export function distributionOf({ distribution }: Story): DistributionRead {
  if (distribution === undefined) throw new Error('the distribution has not been read yet');
  return distribution;
}
