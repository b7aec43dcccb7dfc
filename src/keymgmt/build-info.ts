/** What is known of the plugin that runs. */
export interface BuildInfo {
  /** Without a leading `v`. */
  readonly version: string;
  /** Commit of the source, hex; `unknown` where it was not built from a repository. */
  readonly commit: string;
  /** How the plugin is shipped: a script for an installed Node, or a single executable. */
  readonly executable: 'script' | 'sea';
}

export const UNKNOWN_BUILD: BuildInfo = { version: 'unknown', commit: 'unknown', executable: 'script' };
