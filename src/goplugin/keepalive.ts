/**
 * Options of grpc-js's server by which a connection whose other end answers no ping is closed.
 *
 * Node says goodbye (GOAWAY) to a client that breaks HTTP/2, such as by a header of more than 64 kB, and from then on
 * neither reads from its socket nor closes it, not even when the client has gone (RFC 9113, 5.4.1 wants it closed).
 * Calls on that connection would hang, and the socket be lost, for as long as the plugin lives.
 */
export const KEEPALIVE = {
  'grpc.keepalive_time_ms': 120_000,
  // Longer than a host that is stopped in a debugger, or swapped out, should be away.
  'grpc.keepalive_timeout_ms': 300_000,
} as const;
