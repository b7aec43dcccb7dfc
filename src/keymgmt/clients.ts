import type { KmsClient, KmsDrivers } from '../providers/port.ts';
import type { Clock } from '../support/clock.ts';
import type { Figures } from './figures.ts';
import { driverOf, opensAlike, providerConfig, type Kms } from './records/kms.ts';
import { watchedClient } from './watched-client.ts';

/** Open accounts by KMS name, so that connections and temporary credentials serve more than one request. */
export interface ClientCache {
  /** Runs `task` with the account's client; it stays open until the task ends, even when it is forgotten meanwhile. */
  use<T>(name: string, kms: Kms, task: (client: KmsClient) => Promise<T>): Promise<T>;
  /** The KMS was changed or deleted: its client is closed as soon as nobody uses it. */
  forget(name: string): void;
  forgetAll(): void;
}

interface Lease {
  readonly kms: Kms;
  readonly client: KmsClient;
  users: number;
  forgotten: boolean;
}

/** Makes the cache of one mount; every call of its clients is counted in `figures`. */
export function clientCache(drivers: KmsDrivers, figures: Figures, clock: Clock): ClientCache {
  const leases = new Map<string, Lease>();
  const closeIfIdle = (lease: Lease): void => {
    if (lease.forgotten && lease.users === 0) lease.client.close();
  };
  const forget = (name: string): void => {
    const lease = leases.get(name);
    if (!lease) return;
    leases.delete(name);
    lease.forgotten = true;
    closeIfIdle(lease);
  };
  const open = (name: string, kms: Kms): KmsClient => {
    const { provider } = kms;
    const retried = (reason: string): void => {
      figures.retries.add({ provider, reason });
    };
    const client = driverOf(drivers, kms).connect(providerConfig(kms), { retried });
    return watchedClient(client, clock, (call) => {
      figures.cloudCall(name, provider, call);
    });
  };
  return {
    async use(name, kms, task) {
      let lease = leases.get(name);
      // The record decides, not who told us of its change: a request may have read it just before it was replaced.
      if (!lease || !opensAlike(lease.kms, kms)) {
        forget(name);
        lease = { kms, client: open(name, kms), users: 0, forgotten: false };
        leases.set(name, lease);
      }
      lease.users++;
      try {
        return await task(lease.client);
      } finally {
        lease.users--;
        closeIfIdle(lease);
      }
    },
    forget,
    forgetAll() {
      for (const name of [...leases.keys()]) forget(name);
    },
  };
}
