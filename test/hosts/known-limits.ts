import type { KnownLimit } from './compatibility-page.ts';

/** What a server cannot do, whatever the plugin does; measured, or read in its source. */
export const KNOWN_LIMITS: readonly KnownLimit[] = [
  { servers: 'Vault 1.11', limit: 'starts one process per mount, and knows no versions of plugins' },
  {
    servers: 'Vault 1.11',
    limit:
      'with `VAULT_ENABLE_FILE_PERMISSIONS_CHECK`, mounts only a plugin whose file has its name: install it as `keymgmt`',
  },
  { servers: 'Vault 1.15 and later', limit: 'plugins in containers (plugin runtimes) are not supported' },
  { servers: 'OpenBao', limit: 'its web UI does not link this engine in its list; docs/ui.md says how to open it' },
];
