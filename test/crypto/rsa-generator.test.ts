import { lookup } from 'node:dns/promises';
import { getEventListeners, setMaxListeners } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { keyGenerator, type GeneratedKey, type KeyGenerator } from '../../src/crypto/generate-key.ts';
import { rsaGenerator, TooManyGenerationsError } from '../../src/crypto/rsa-generator.ts';

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
  const refused: unknown = await numbered(4).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(TooManyGenerationsError);
  expect(refused).toMatchObject({
    name: 'TooManyGenerationsError',
    message: 'too many RSA keys are being generated (1 at once, 2 waiting)',
  });
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

it('fails with what OpenSSL says, and serves the next', async () => {
  const generate = rsaGenerator({ atOnce: 1 });
  const impossible = generate(1);
  const next = generate(2048);
  await expect(impossible).rejects.toThrow(/key size|modulus/i);
  expect((await next).publicKey).toContain('BEGIN PUBLIC KEY');
});

it('zeroes a key that nobody waits for any more', async () => {
  const from = vi.spyOn(Buffer, 'from');
  onTestFinished(() => {
    from.mockRestore();
  });
  const generate = rsaGenerator({ atOnce: 1 });
  const client = new AbortController();
  const abandoned = generate(2048, client.signal);
  const next = generate(2048);
  client.abort(LEFT);
  await expect(abandoned).rejects.toBe(LEFT);
  const { material } = await next;
  // PKCS#8 of 2048 bits is longer than anything else that is made meanwhile.
  const keys = from.mock.results.flatMap(({ value }) => (Buffer.isBuffer(value) && value.length > 1100 ? [value] : []));
  expect(keys).toHaveLength(2);
  expect(keys[0]?.every((byte) => byte === 0)).toBe(true);
  expect(keys[1]).toBe(material.reveal());
  expect(material.reveal().every((byte) => byte === 0)).toBe(false);
});

it('keeps no listener on the signal of a client that has waited its turn', async () => {
  const generate = rsaGenerator({ atOnce: 1 });
  const client = new AbortController();
  await Promise.all([generate(2048, client.signal), generate(2048, client.signal)]);
  expect(getEventListeners(client.signal, 'abort')).toEqual([]);
});
