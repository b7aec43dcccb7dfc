// Original file: proto/vault/backend.proto

import type { CertificateChain as _pb_CertificateChain, CertificateChain__Output as _pb_CertificateChain__Output } from '../pb/CertificateChain.ts';

export interface ConnectionState {
  'version'?: (number);
  'handshake_complete'?: (boolean);
  'did_resume'?: (boolean);
  'cipher_suite'?: (number);
  'negotiated_protocol'?: (string);
  'negotiated_protocol_is_mutual'?: (boolean);
  'server_name'?: (string);
  'peer_certificates'?: (_pb_CertificateChain | null);
  'verified_chains'?: (_pb_CertificateChain)[];
  'signed_certificate_timestamps'?: (Buffer | Uint8Array | string)[];
  'ocsp_response'?: (Buffer | Uint8Array | string);
  'tls_unique'?: (Buffer | Uint8Array | string);
}

export interface ConnectionState__Output {
  'version': (number);
  'handshake_complete': (boolean);
  'did_resume': (boolean);
  'cipher_suite': (number);
  'negotiated_protocol': (string);
  'negotiated_protocol_is_mutual': (boolean);
  'server_name': (string);
  'peer_certificates': (_pb_CertificateChain__Output | null);
  'verified_chains': (_pb_CertificateChain__Output)[];
  'signed_certificate_timestamps': (Buffer)[];
  'ocsp_response': (Buffer);
  'tls_unique': (Buffer);
}
