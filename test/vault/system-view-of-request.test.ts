import { expect, it } from 'vitest';
import { activeNode, ReplicationState } from '../../src/logical/index.ts';
import { systemViewOfRequest } from '../../src/vault/system-view-client.ts';

it('asks for the replication state once a second in a request, and again when the clock was set back', async () => {
  let now = 1_000_000;
  let asked = 0;
  const system = {
    ...activeNode,
    replicationState: async () => {
      asked++;
      return ReplicationState.drDisabled;
    },
  };
  const ofRequest = systemViewOfRequest(system, { now: () => now });
  expect([await ofRequest.replicationState(), await ofRequest.replicationState(), asked]).toEqual([8192, 8192, 1]);
  now += 999;
  await ofRequest.replicationState();
  expect(asked).toBe(1);
  now += 1;
  await ofRequest.replicationState();
  expect(asked).toBe(2);
  now -= 60_000;
  await ofRequest.replicationState();
  expect(asked).toBe(3);
  await systemViewOfRequest(system, { now: () => now }).replicationState();
  expect(asked).toBe(4);
});

it('does not remember that the server failed to answer', async () => {
  const system = { ...activeNode, replicationState: () => Promise.reject(new Error('no view')) };
  const ofRequest = systemViewOfRequest(system, { now: () => 0 });
  await expect(ofRequest.replicationState()).rejects.toThrow('no view');
  await expect(ofRequest.replicationState()).rejects.toThrow('no view');
});
