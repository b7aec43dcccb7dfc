import type { ServerBinary } from '../../../dev/servers/server-binary.ts';

/** Vault 1.11: one process per mount, TLS by unwrapped token, plugins without versions, operation ids of its own. */
export const isLegacy = ({ host, version }: ServerBinary): boolean => host === 'vault' && version.startsWith('1.11.');
