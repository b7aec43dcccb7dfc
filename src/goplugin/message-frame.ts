/** What stands before a message: whether it is compressed, and its length (gRPC: PROTOCOL-HTTP2.md). */
export const PREFIX_BYTES = 5;

/** A message with its prefix, not compressed. */
export function frameOf(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + message.length);
  frame.writeUInt8(0, 0);
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, PREFIX_BYTES);
  return frame;
}

/** The one message of a stream. @throws {Error} when it is none, several, or compressed */
export function messageIn(received: readonly Buffer[]): Buffer {
  const [first] = received;
  const all = first !== undefined && received.length === 1 ? first : Buffer.concat(received);
  if (all.length < PREFIX_BYTES || all[0] !== 0 || all.readUInt32BE(1) !== all.length - PREFIX_BYTES) {
    throw new Error('something else than one message');
  }
  return all.subarray(PREFIX_BYTES);
}
