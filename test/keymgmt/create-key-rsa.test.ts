import { expect, it } from 'vitest';
import { keyGenerator, type KeyGenerator } from '../../src/crypto/generate-key.ts';
import { BackendError } from '../../src/logical/index.ts';
import { inMemoryStorage, startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';

const RSA = { type: 'rsa-4096' };

it('creates and distributes an AES key while RSA requests are canceled, and stores nothing of those', async () => {
  const storage = inMemoryStorage();
  const { drivers } = modelCloud();
  const generate = keyGenerator({ atOnce: 1 });
  let begun = 0;
  let made = 0;
  const { promise: allBegun, resolve: allHaveBegun } = withResolver();
  const generateKey: KeyGenerator = (type, signal) => {
    const key = generate(type, signal);
    if (type === 'rsa-4096') key.then(() => (made += 1), ignored);
    if ((begun += 1) === 24) allHaveBegun();
    return key;
  };
  const engine = await startEngine({ storage, drivers, generateKey });
  const clients = Array.from({ length: 24 }, () => new AbortController());
  const asked = clients.map(({ signal }, index) => engine.write(`key/rsa-${index}`, RSA, signal));
  await allBegun;
  clients.forEach((client) => {
    client.abort(new Error('the client has left'));
  });
  await engine.write('key/app', { type: 'aes256-gcm96' });
  await engine.write('kms/aws', { provider: 'awskms', key_collection: 'us-west-1' });
  await engine.write('kms/aws/key/app', { purpose: 'encrypt,decrypt' });
  expect(await engine.read('kms/aws/key/app')).toMatchObject({ purpose: 'decrypt,encrypt' });
  // Four threads of libuv's would have made 21 before they had come to the AES key.
  expect(made).toBeLessThan(8);
  const ended = await Promise.allSettled(asked);
  expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 24 }, () => 'rejected'));
  expect((await storage.list('key/')).concat(await storage.list('material/'))).toEqual(['app', 'app/']);
});

it('creation and rotation pass the signal of the request to the generator', async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const generate = keyGenerator();
  const generateKey: KeyGenerator = (_type, signal) => {
    signals.push(signal);
    return generate('aes256-gcm96', signal);
  };
  const engine = await startEngine({ drivers: modelCloud().drivers, generateKey });
  for (const path of ['key/app', 'key/app/rotate']) {
    const client = new AbortController();
    await engine.write(path, {}, client.signal);
    client.abort();
    expect(signals.at(-1)?.aborted).toBe(true);
  }
});

it('answers 429 when too many RSA keys are queued, and stores nothing of that request', async () => {
  const storage = inMemoryStorage();
  const { drivers } = modelCloud();
  const engine = await startEngine({ storage, drivers, generateKey: keyGenerator({ atOnce: 1, waiting: 1 }) });
  const asked = ['one', 'two', 'three'].map((name) => engine.write(`key/${name}`, { type: 'rsa-2048' }));
  const refusals = (await Promise.allSettled(asked)).flatMap((each) => {
    return each.status === 'rejected' ? [each.reason as unknown] : [];
  });
  expect(refusals).toHaveLength(1);
  const [refusal] = refusals;
  if (!(refusal instanceof BackendError)) throw refusal;
  expect(refusal.status).toBe(429);
  expect(refusal.message).toBe(
    'too many RSA keys are being generated (1 at once, 1 waiting): no rsa-2048 key was made, try again in a minute',
  );
  expect(await storage.list('key/')).toHaveLength(2);
  expect(await storage.list('material/')).toHaveLength(2);
});

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

const ignored = (): undefined => undefined;
