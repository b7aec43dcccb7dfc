/** Where the plugin listens, as the handshake names it. */
export interface Address {
  readonly network: 'unix' | 'tcp';
  /** Path of the socket, or `127.0.0.1:port`. */
  readonly address: string;
}

/** What the first line on stdout tells the host. */
export interface Handshake extends Address {
  readonly protocolVersion: number;
  /** DER of the server's certificate, for AutoMTLS alone: a host that did not ask for it fails on any other value. */
  readonly certificate: Uint8Array | undefined;
  /** Answers a host that asks for broker multiplexing. A host that does not ask would take the field for a part of the certificate. */
  readonly multiplexing: boolean | undefined;
}

const CORE_PROTOCOL_VERSION = 1;

/** Renders the handshake, with its newline: `1|5|unix|/tmp/plugin1|grpc|<certificate>`. */
export function handshakeLine(handshake: Handshake): string {
  const { protocolVersion, network, address, certificate, multiplexing } = handshake;
  // Go decodes with RawStdEncoding, which refuses padding.
  const encoded = certificate ? Buffer.from(certificate).toString('base64').replace(/=+$/, '') : '';
  const fields = [CORE_PROTOCOL_VERSION, protocolVersion, network, address, 'grpc', encoded];
  if (multiplexing !== undefined) fields.push(String(multiplexing));
  return `${fields.join('|')}\n`;
}
