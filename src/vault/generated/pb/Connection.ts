// Original file: proto/vault/backend.proto

import type { ConnectionState as _pb_ConnectionState, ConnectionState__Output as _pb_ConnectionState__Output } from '../pb/ConnectionState.ts';

export interface Connection {
  'remote_addr'?: (string);
  'connection_state'?: (_pb_ConnectionState | null);
  'remote_port'?: (number);
  'proxied_certificates_raw'?: (Buffer | Uint8Array | string)[];
  'peer_certificates_raw'?: (Buffer | Uint8Array | string)[];
}

export interface Connection__Output {
  'remote_addr': (string);
  'connection_state': (_pb_ConnectionState__Output | null);
  'remote_port': (number);
  'proxied_certificates_raw': (Buffer)[];
  'peer_certificates_raw': (Buffer)[];
}
