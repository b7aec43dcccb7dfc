import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startFaultProxy } from './fault-proxy.ts';

const NO_REFUSAL = { status: 400, body: {} };
const REFUSALS = { forbidden: NO_REFUSAL, throttled: NO_REFUSAL, unauthenticated: NO_REFUSAL };

it('passes nothing on that was sent and given up while the cloud was silent', async () => {
  const visited: (string | undefined)[] = [];
  const cloud = createServer(({ url }, response) => {
    visited.push(url);
    response.end();
  });
  await once(cloud.listen(0, '127.0.0.1'), 'listening');
  const { port } = cloud.address() as AddressInfo;
  const dialect = { operationOf: () => 'any', requests: {}, refusals: REFUSALS };
  const proxy = await startFaultProxy(`http://127.0.0.1:${port}`, dialect);
  onTestFinished(async () => {
    await proxy.close();
    cloud.closeAllConnections();
    cloud.close();
  });
  proxy.inject({ trouble: 'silent' });
  const client = connect(Number(new URL(proxy.url).port), '127.0.0.1');
  await once(client, 'connect');
  client.write('GET /given-up HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  client.destroySoon();
  await proxy.heal();
  expect((await fetch(`${proxy.url}/later`)).status).toBe(200);
  expect(visited).toEqual(['/later']);
});
