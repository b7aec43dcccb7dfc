import { expect, it } from 'vitest';
import type { HostConnection } from '../../src/goplugin/host-connection.ts';
import { ReplicationState, type SystemView } from '../../src/logical/index.ts';
import { systemViewClient } from '../../src/vault/system-view-client.ts';
import { vaultServices } from '../../src/vault/wire.ts';

const ACTIVE = ReplicationState.drDisabled | ReplicationState.performanceDisabled;

interface Server {
  state: number | Error;
  asked: number;
  now: number;
}

function start(state: Server['state'] = ACTIVE): { readonly server: Server; readonly view: SystemView } {
  const server: Server = { state, asked: 0, now: 1_000_000 };
  const call = async (): Promise<{ state: number }> => {
    server.asked++;
    if (server.state instanceof Error) throw server.state;
    return { state: server.state };
  };
  const connection = { call } as unknown as HostConnection;
  return { server, view: systemViewClient(connection, vaultServices().systemView, { now: () => server.now }) };
}

it('asks an active node for its replication state once a second, and again when the clock was set back', async () => {
  const { server, view } = start();
  expect([await view.replicationState(), await view.replicationState(), server.asked]).toEqual([ACTIVE, ACTIVE, 1]);
  server.now += 999;
  await view.replicationState();
  expect(server.asked).toBe(1);
  server.now += 1;
  await view.replicationState();
  expect(server.asked).toBe(2);
  server.now -= 60_000;
  await view.replicationState();
  expect(server.asked).toBe(3);
});

it.each(['performanceStandby', 'drSecondary'] as const)('asks a node in state %s each time', async (standby) => {
  const { server, view } = start(ReplicationState[standby]);
  await view.replicationState();
  server.state = ACTIVE;
  expect([await view.replicationState(), server.asked]).toEqual([ACTIVE, 2]);
});

it('counts the second from when it asked', async () => {
  const { server, view } = start();
  const asking = view.replicationState();
  server.now += 1_000;
  await asking;
  await view.replicationState();
  expect(server.asked).toBe(2);
});

it('does not remember that the server failed to answer', async () => {
  const { server, view } = start(new Error('no view'));
  await expect(view.replicationState()).rejects.toThrow('no view');
  server.state = ACTIVE;
  expect(await view.replicationState()).toBe(ACTIVE);
});
