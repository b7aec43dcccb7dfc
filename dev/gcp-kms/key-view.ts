import type { ShowEnum } from './enums.ts';
import type { CryptoKey, KeyRing } from './state.ts';
import { showKey, showVersion } from './views.ts';

/** A crypto key for tests: what GetCryptoKey and ListCryptoKeyVersions answer, and the material. */
export interface KeyView {
  /** Resource name. */
  readonly name: string;
  readonly purpose: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly importOnly: boolean;
  readonly protectionLevel: string;
  /** Number of the primary version. */
  readonly primary: number | undefined;
  readonly versions: readonly VersionView[];
  /** As GetCryptoKey answers. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface VersionView {
  readonly number: number;
  readonly state: string;
  readonly algorithm: string;
  readonly importJob: string | undefined;
  readonly failure: string | undefined;
  /** In base64; undefined while there is none. */
  readonly material: string | undefined;
  /** SHA-256 of the material that was there first, hex. */
  readonly fingerprint: string | undefined;
  /** As GetCryptoKeyVersion answers. */
  readonly resource: Readonly<Record<string, unknown>>;
}

export function keyView(key: CryptoKey, show: ShowEnum): KeyView {
  return {
    ...{ name: key.name, purpose: key.purpose, labels: key.labels, importOnly: key.importOnly, primary: key.primary },
    protectionLevel: key.template.protectionLevel,
    versions: key.versions.map((version) => ({
      ...{ number: version.number, state: version.state, algorithm: version.algorithm, failure: version.failure },
      ...{ importJob: version.importJob, fingerprint: version.fingerprint },
      material: version.material?.toString('base64'),
      resource: showVersion(version, show),
    })),
    resource: showKey(key, show),
  };
}

/** The wrapped key of an import as it was sent. */
export interface Envelope {
  /** Resource name of the version. */
  readonly version: string;
  readonly importMethod: string;
  readonly wrappedKey: Buffer;
  /** Of the import job, PEM. */
  readonly privateKey: string;
}

export function envelopesIn(ring: KeyRing | undefined): readonly Envelope[] {
  const versions = [...(ring?.keys.values() ?? [])].flatMap((key) => key.versions);
  return versions.flatMap(({ name, importJob = '', wrapped }) => {
    const job = ring?.importJobs.get(importJob);
    if (job === undefined || wrapped === undefined) return [];
    const privateKey = job.privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    return [{ version: name, importMethod: job.method, wrappedKey: wrapped, privateKey }];
  });
}
