import type { DemoEnvironment } from './environment.ts';

/** What a read of `keymgmt/kms/:kms/key/:key` gives. */
export interface DistributionRead {
  readonly name: string;
  readonly purpose: string;
  readonly protection: string;
  readonly distribution_time: string;
  /** CMK id by version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What the steps so far have learned; later ones use it. */
export interface Story extends DemoEnvironment {
  distribution?: DistributionRead;
  /** What version 1 encrypted. */
  ciphertext?: Uint8Array;
}

export const KEY = 'demo';
export const KMS = 'aws';
export const PLAINTEXT = 'attack at dawn';

/** The alias that applications use. @throws {Error} before the distribution was read */
export const aliasOf = (story: Story): string => `alias/hashicorp/${distributionOf(story).name}`;

/** The CMK of a version. @throws {Error} when the distribution, as it was read, has none */
export function cmkOf(story: Story, version: number): string {
  const id = distributionOf(story).versions[version];
  if (id === undefined) throw new Error(`the distribution has no version ${version}`);
  return id;
}

export function distributionOf({ distribution }: Story): DistributionRead {
  if (distribution === undefined) throw new Error('the distribution has not been read yet');
  return distribution;
}
