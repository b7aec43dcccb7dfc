import type { Server } from '@grpc/grpc-js';

/** Options of Node's HTTP/2 server (since Node 22.13); the second is what a connection is granted anew each second. */
const UNLIMITED_RESETS = { streamResetBurst: 1e9, streamResetRate: 1e9 };

/**
 * Lets the host cancel any number of calls. nghttp2 takes a thousand within a short time for an attack (CVE-2023-44487)
 * and drops the connection, and with it all mounts of the process; but the one client here is the server that has
 * started us, and its own clients may well leave by the thousand.
 *
 * grpc-js has no option for it: this reaches for the settings that it hands to Node. Node 20 knows no such option.
 */
export function allowRapidResets(server: Server): void {
  const { commonServerOptions } = server as unknown as { readonly commonServerOptions?: object };
  if (commonServerOptions) Object.assign(commonServerOptions, UNLIMITED_RESETS);
}
