import type { Host } from './server-binary.ts';

/** A published server that can be had here without being installed. */
export interface Release {
  readonly host: Host;
  readonly version: string;
  /** Whether `make test` runs on it; `make test-hosts` runs on all. */
  readonly inEveryRun: boolean;
}

/**
 * The releases that the plugin is tested on, oldest first. Vault 1.11 is the last one that speaks to plugins in the old
 * way, so it stands for what every run must cover, beside the newest of both.
 */
export const RELEASES: readonly Release[] = [
  { host: 'vault', version: '1.11.0', inEveryRun: true },
  { host: 'vault', version: '1.14.2', inEveryRun: false },
  { host: 'vault', version: '1.21.1', inEveryRun: true },
  { host: 'bao', version: '2.6.1', inEveryRun: false },
  { host: 'bao', version: '2.7.2', inEveryRun: true },
];

/** The versions of a host, oldest first. */
export function releasedVersions(host: Host): readonly string[] {
  return RELEASES.filter((release) => release.host === host).map(({ version }) => version);
}
