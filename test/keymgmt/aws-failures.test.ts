import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { systemClock } from '../../src/support/clock.ts';
import { ACCESS_KEY, REGION, setUp } from '../providers/aws/harness.ts';
import { allowing } from '../support/allowing.ts';
import { inMemoryStorage, startEngine, type Engine } from '../support/engine.ts';
import { AES, PURPOSE } from '../support/distributed-key.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { clockOf } from '../support/clock.ts';

const retry = { clock: systemClock, random: () => 0.5, wait: async () => undefined };

it.each(['a restart', 'another write of the KMS', 'nothing else'])(
  'DELETE kms/:name/key/:key retries a KMS key that AWS does not find at first, after %s',
  async (event) => {
    const { kms } = await setUp();
    const storage = inMemoryStorage();
    const start = (): Promise<Engine> =>
      startEngine({
        storage,
        drivers: { ...modelCloud().drivers, awskms: awsDriver({ env: allowing(kms.url), retry }) },
      });
    const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
    const provider = {
      provider: 'awskms',
      key_collection: REGION,
      credentials: { access_key, secret_key, endpoint: kms.url },
    };
    let engine = await start();
    await engine.write('key/k', AES);
    await engine.write('kms/aws', provider);
    await engine.write('kms/aws/key/k', PURPOSE);
    if (event === 'a restart') engine = await start();
    if (event === 'another write of the KMS') await engine.write('kms/aws', provider);
    kms.faults.set(({ action, nth }) =>
      action === 'ScheduleKeyDeletion' && nth <= 1
        ? { when: 'before', error: { code: 'NotFoundException', message: 'Key does not exist', status: 400 } }
        : undefined,
    );
    expect(await engine.errorOf(engine.request('delete', 'kms/aws/key/k'))).toBeUndefined();
    expect(kms.keys(REGION).map(({ state }) => state)).toEqual(['PendingDeletion']);
  },
);

it('POST kms/:name/check reports an endpoint that refuses connections as not ok', async () => {
  const endpoint = 'http://127.0.0.1:9';
  const awskms = awsDriver({ env: allowing(endpoint), retry });
  const engine = await startEngine({ drivers: { ...modelCloud().drivers, awskms } });
  const credentials = {
    access_key: 'AKIANOBODYISTHERE000',
    secret_key: 'x'.repeat(40),
    endpoint,
  };
  await engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
  expect((await engine.write('kms/aws/check'))?.data?.['ok']).toBe(false);
});

it.each([400, 404, 405])(
  'POST kms/:name/check reports an endpoint that is not a KMS and answers %i as not ok',
  async (status) => {
    const server = createServer((_request, answer) => {
      answer.writeHead(status, { 'content-type': 'text/html' }).end('<html>no</html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    for (const scheme of ['http', 'https']) {
      const endpoint = `${scheme}://127.0.0.1:${port}`;
      const awskms = awsDriver({ env: allowing(endpoint), retry });
      const engine = await startEngine({ drivers: { ...modelCloud().drivers, awskms } });
      const credentials = {
        access_key: 'AKIA0000000NOKMS',
        secret_key: 'x'.repeat(40),
        endpoint,
      };
      await engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
      expect((await engine.write('kms/aws/check'))?.data).toMatchObject({ ok: false });
    }
    server.close();
  },
);

it('GET kms/:name/status answers within a minute while the KMS is unavailable', async () => {
  const { kms } = await setUp();
  let now = Date.now();
  const clock = clockOf(() => now);
  const wait = async (ms: number): Promise<void> => void (now += ms);
  const awskms = awsDriver({ env: allowing(kms.url), retry: { clock, random: () => 0.5, wait } });
  const engine = await startEngine({ clock, drivers: { ...modelCloud().drivers, awskms } });
  const { accessKeyId: access_key, secretAccessKey: secret_key } = ACCESS_KEY;
  const credentials = { access_key, secret_key, endpoint: kms.url };
  await engine.write('kms/aws', { provider: 'awskms', key_collection: REGION, credentials });
  for (const key of ['a', 'b', 'c']) {
    await engine.write(`key/${key}`, AES);
    await engine.write(`kms/aws/key/${key}`, PURPOSE);
  }
  now += 3_600_000;
  const began = now;
  kms.faults.set(() => ({
    when: 'before',
    error: { code: 'ServiceUnavailableException', message: 'down', status: 503 },
  }));
  expect(await engine.read('kms/aws/status')).toMatchObject({ verdicts: { unreachable: 3 }, next: '' });
  expect(now - began).toBeLessThan(60_000);
});
