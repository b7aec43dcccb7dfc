import type { InstalledPlugin } from '../servers/install-plugin.ts';
import type { RunningServer } from '../servers/start-server.ts';

/** The response of a read of `keymgmt/kms/:kms/key/:key`. */
export interface DistributionRead {
  readonly name: string;
  readonly purpose: string;
  readonly protection: string;
  readonly distribution_time: string;
  /** The cloud's id by version. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Where the steps run, and their results so far, for later steps. */
export interface Story {
  readonly server: RunningServer;
  readonly plugin: InstalledPlugin;
  /** Name of the KMS in the engine. */
  readonly kms: string;
  distribution?: DistributionRead;
  /** A ciphertext of version 1. */
  ciphertext?: Uint8Array;
}

export const KEY = 'demo';
export const PLAINTEXT = 'attack at dawn';

/** Path of the key in the KMS. */
export const distributionPath = ({ kms }: Story): string => `keymgmt/kms/${kms}/key/${KEY}`;

/** The cloud's id of a version. @throws {Error} when the distribution, as it was read, has none */
export function cloudIdOf(story: Story, version: number): string {
  const id = distributionOf(story).versions[version];
  if (id === undefined) throw new Error(`the distribution has no version ${version}`);
  return id;
}

/** @throws {Error} before the distribution was read */
export function distributionOf({ distribution }: Story): DistributionRead {
  if (distribution === undefined) throw new Error('the distribution has not been read yet');
  return distribution;
}
