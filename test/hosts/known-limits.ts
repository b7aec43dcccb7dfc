import type { KnownLimit } from './compatibility-page.ts';

/** What a server cannot do, whatever the plugin does; measured, or read in its source. */
export const KNOWN_LIMITS: readonly KnownLimit[] = [
  { servers: 'Vault 1.11', limit: 'starts one process per mount, and knows no versions of plugins' },
  { servers: 'OpenBao', limit: 'has no pages for this engine in its web UI: CLI, API and Terraform only' },
];
