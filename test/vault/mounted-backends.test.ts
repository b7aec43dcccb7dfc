import { randomUUID } from 'node:crypto';
import { Metadata } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import type { Broker } from '../../src/goplugin/broker.ts';
import type { HostConnection } from '../../src/goplugin/host-connection.ts';
import type { Backend } from '../../src/logical/index.ts';
import { systemTimer } from '../../src/support/budget.ts';
import { systemClock } from '../../src/support/clock.ts';
import { silentLogger } from '../../src/support/logger.ts';
import { mountedBackends } from '../../src/vault/mounted-backends.ts';
import { vaultServices } from '../../src/vault/wire.ts';

it('leaves no mount behind when the server gives up while it is made', async () => {
  const ended: string[] = [];
  const connection = { close: () => ended.push('connection') } as unknown as HostConnection;
  const backend = { cleanup: async () => void ended.push('backend') } as unknown as Backend;
  const broker = { connect: async () => connection } as unknown as Broker;
  const serverGone = new AbortController();
  const factory = async (): Promise<Backend> => {
    serverGone.abort(new Error('gave up'));
    return backend;
  };
  const registry = mountedBackends({
    ...{ broker, factory, services: vaultServices(), logger: silentLogger, timer: systemTimer },
    clock: systemClock,
    newEventId: randomUUID,
  });
  const args = { broker_id: 1, backendUUID: '', Config: {} };
  await expect(registry.setup(args, new Metadata(), serverGone.signal)).rejects.toThrow('gave up');
  expect(ended).toEqual(['backend', 'connection']);
  expect(() => registry.find(new Metadata())).toThrow('no backend instance found');
});
