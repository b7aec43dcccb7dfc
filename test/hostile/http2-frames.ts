/** HTTP/2 (RFC 9113) by hand, for what no client library would send. */

/** A frame as it is on the wire. */
export function frame(type: number, flags: number, stream: number, body: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(body.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, body]);
}

export const DATA = 0;
export const HEADERS = 1;
export const SETTINGS = 4;
export const PING = 6;
export const WINDOW_UPDATE = 8;
export const CONTINUATION = 9;

const END_HEADERS = 4;
const MAX_FRAME_BYTES = 16_384;

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const EMPTY_SETTINGS = frame(SETTINGS, 0, 0, Buffer.alloc(0));
/** What each client says first. */
export const HELLO = Buffer.concat([PREFACE, EMPTY_SETTINGS]);

/** The frames that open stream 1 as a gRPC call with this header beside the usual ones. */
export function callWith(name: string, value: string): Buffer {
  const block = Buffer.concat(
    Object.entries({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': '/grpc.health.v1.Health/Check',
      'content-type': 'application/grpc',
      te: 'trailers',
      [name]: value,
    }).map(([each, text]) => Buffer.concat([Buffer.of(0), literal(each), literal(text)])),
  );
  const count = Math.ceil(block.length / MAX_FRAME_BYTES);
  const frames = Array.from({ length: count }, (_, index) => {
    const part = block.subarray(index * MAX_FRAME_BYTES, (index + 1) * MAX_FRAME_BYTES);
    return frame(index === 0 ? HEADERS : CONTINUATION, index === count - 1 ? END_HEADERS : 0, 1, part);
  });
  return Buffer.concat(frames);
}

/** A text in HPACK (RFC 7541, 5.2), without Huffman's code. */
function literal(text: string): Buffer {
  const limit = 127;
  const bytes = Buffer.from(text);
  if (bytes.length < limit) return Buffer.concat([Buffer.of(bytes.length), bytes]);
  const length = [limit];
  let rest = bytes.length - limit;
  for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}
