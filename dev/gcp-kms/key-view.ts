import type { ShowEnum } from './enums.ts';
import type { CryptoKey } from './state.ts';
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
