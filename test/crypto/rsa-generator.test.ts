import { lookup } from 'node:dns/promises';
import { setMaxListeners } from 'node:events';
import { expect, it } from 'vitest';
import { keyGenerator, type GeneratedKey, type KeyGenerator } from '../../src/crypto/generate-key.ts';
import { TooManyGenerationsError } from '../../src/crypto/rsa-generator.ts';

const LEFT = new Error('the client has left');

/** Begins RSA keys. @returns what has become of each so far, in the order in which it became so */
function storm(
  generateKey: KeyGenerator,
  size: number,
  signal?: AbortSignal,
): { ended: string[]; all: Promise<unknown> } {
  const ended: string[] = [];
  if (signal) setMaxListeners(0, signal);
  const keys = Array.from({ length: size }, async (_, index) =>
    generateKey('rsa-4096', signal).then(
      () => ended.push(`made ${index}`),
      (error: unknown) => ended.push(`${index}: ${(error as Error).message}`),
    ),
  );
  return { ended, all: Promise.all(keys) };
}

it('lets name look-ups, AES and EC keys pass a storm of RSA keys', async () => {
  const generateKey = keyGenerator({ atOnce: 1 });
  const clients = new AbortController();
  const { ended, all } = storm(generateKey, 24, clients.signal);
  await Promise.all([lookup('localhost'), generateKey('aes256-gcm96'), generateKey('ecdsa-p521')]);
  // Four threads of libuv's would have made 21 before the look-up had one.
  expect(ended.length).toBeLessThan(8);
  clients.abort(LEFT);
  await all;
});

it('drops what waits when its client leaves, and serves who has stayed', async () => {
  const generateKey = keyGenerator({ atOnce: 1 });
  const clients = new AbortController();
  const { ended, all } = storm(generateKey, 24, clients.signal);
  const stayed = generateKey('rsa-2048').then(({ publicKey }) => ended.push(publicKey === undefined ? '?' : 'stayed'));
  clients.abort(LEFT);
  await all;
  // None of them waits for the one that OpenSSL has begun.
  expect([...ended].sort()).toEqual(Array.from({ length: 24 }, (_, index) => `${index}: the client has left`).sort());
  await stayed;
  expect(ended.at(-1)).toBe('stayed');
});

it('makes no key for a client that has left before', async () => {
  const signal = AbortSignal.abort(LEFT);
  for (const type of ['rsa-2048', 'ecdsa-p256', 'aes256-gcm96'] as const) {
    await expect(keyGenerator()(type, signal)).rejects.toBe(LEFT);
  }
});

it('serves in the order of asking, and refuses at once who would be one too many', async () => {
  const generateKey = keyGenerator({ atOnce: 1, waiting: 2 });
  const order: number[] = [];
  const numbered = async (number: number): Promise<GeneratedKey> => {
    const key = await generateKey('rsa-2048');
    order.push(number);
    return key;
  };
  const accepted = [numbered(1), numbered(2), numbered(3)];
  await expect(numbered(4)).rejects.toThrow(TooManyGenerationsError);
  expect(order).toEqual([]);
  await Promise.all(accepted);
  expect(order).toEqual([1, 2, 3]);
  await numbered(5);
});

it('gives each key memory of its own, which its holder zeroes', async () => {
  const generateKey = keyGenerator({ atOnce: 2 });
  const [one, other] = await Promise.all([generateKey('rsa-2048'), generateKey('rsa-2048')]);
  const bytes = one.material.reveal();
  expect(bytes.buffer.byteLength).toBe(bytes.length);
  expect(bytes.equals(other.material.reveal())).toBe(false);
  one.material.destroy();
  expect(bytes.every((byte) => byte === 0)).toBe(true);
  expect(other.material.reveal().every((byte) => byte === 0)).toBe(false);
});
