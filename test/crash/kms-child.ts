import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KeyView } from '../../dev/aws-kms/views.ts';
import type { Gate } from './gate.ts';
import { peer } from './peer.ts';

/** The embedded KMS in a process of its own. */
export interface KmsChild {
  /**
   * Opens a KMS with an empty account, whose calls pass a gate.
   *
   * @param allow IAM actions of its user; undefined allows all
   */
  open(gate: Pick<Gate, 'count' | 'kill'>, allow: readonly string[] | undefined): Promise<RemoteKms>;
  end(): Promise<void>;
}

/** One KMS of that process. */
export interface RemoteKms {
  readonly url: string;
  state(): Promise<KmsState>;
  close(): Promise<void>;
}

export interface KmsState {
  readonly keys: readonly KeyView[];
  /** Key ids by alias name. */
  readonly aliases: Readonly<Record<string, string>>;
}

export function startKmsChild(): KmsChild {
  const child = fork(fileURLToPath(new URL('kms-process.ts', import.meta.url)));
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
      const url = (await kms.ask('open', { world, allow })) as string;
      return {
        url,
        state: async () => (await kms.ask('state', world)) as KmsState,
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
