import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CloudAddress } from './cloud.ts';
import type { Gate } from './gate.ts';
import { peer } from './peer.ts';

/** The embedded clouds of one kind, in a process of their own. */
export interface KmsChild {
  /**
   * Opens an empty account, whose calls pass a gate.
   *
   * @param allow permissions of its user; undefined allows all
   */
  open(gate: Pick<Gate, 'count' | 'kill'>, allow: readonly string[] | undefined): Promise<RemoteKms>;
  end(): Promise<void>;
}

/** One account of that process. */
export interface RemoteKms {
  readonly address: CloudAddress;
  /** All that it holds. */
  state(): Promise<unknown>;
  drift(): Promise<void>;
  close(): Promise<void>;
}

/** @param cloud - the folder of its process.ts */
export function startKmsChild(cloud: string): KmsChild {
  const child = fork(fileURLToPath(new URL('kms-process.ts', import.meta.url)), [cloud]);
  const gates = new Map<number, Pick<Gate, 'count' | 'kill'>>();
  const gateOf = (argument: unknown): Pick<Gate, 'count' | 'kill'> | undefined =>
    gates.get((argument as { world: number }).world);
  const kms = peer(child, {
    count: (argument) => gateOf(argument)?.count((argument as { action: string }).action),
    kill: (argument) => gateOf(argument)?.kill(),
  });
  let opened = 0;
  return {
    async open(gate, allow) {
      const world = ++opened;
      gates.set(world, gate);
      const address = (await kms.ask('open', { world, allow })) as CloudAddress;
      return {
        address,
        state: () => kms.ask('state', world),
        async drift() {
          await kms.ask('drift', world);
        },
        async close() {
          await kms.ask('close', world);
          gates.delete(world);
        },
      };
    },
    async end() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
