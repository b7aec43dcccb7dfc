import { setTimeout as delay } from 'node:timers/promises';
import type { BenchServer } from './bench-server.ts';
import { putLoad, type Measured } from './load.ts';
import { processCosts } from './process-costs.ts';
import { OPERATIONS, RECORDS, type Subject } from './subjects.ts';

export const CLIENTS = [1, 16] as const;

/** One operation of one subject, over all rounds. */
export interface Result extends Measured {
  /** CPU time of the plugin's process for one request, microseconds; undefined for an engine in the server. */
  readonly cpu: number | undefined;
}

/** What was measured on one server. */
export interface ServerResults {
  /** By operation, clients and subject; undefined where the subject has no such operation. */
  of(operation: string, clients: number, subject: Subject): Result | undefined;
  /** Resident memory, MB: before any load, and the most while there was some. */
  readonly memory: Readonly<Record<'ours' | 'go', { readonly idle: number; readonly loaded: number }>>;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly subjects: readonly Subject[];
}

/** Idle time before memory is measured. */
const IDLE_MS = 2_000;

/** Loads the subjects by turns, round after round, so that what else the machine does disturbs all of them alike. */
export async function measureServer(bench: BenchServer, plan: Plan, signal: AbortSignal): Promise<ServerResults> {
  const { server } = bench;
  const pids = { ours: bench.ours, go: bench.go };
  const measured = new Map<string, Result[]>();
  const memory = { ours: { idle: 0, loaded: 0 }, go: { idle: 0, loaded: 0 } };
  const name = (operation: string, clients: number, subject: Subject): string =>
    `${operation}, ${clients} clients, ${subject}`;
  const note = async (what: 'idle' | 'loaded'): Promise<void> => {
    for (const plugin of ['ours', 'go'] as const) {
      memory[plugin][what] = Math.max(memory[plugin][what], (await processCosts(pids[plugin])).resident);
    }
  };
  const put = async (operation: number, clients: number, subject: Subject, seconds: number): Promise<void> => {
    const { name: title, cases } = OPERATIONS[operation] ?? { name: '', cases: {} };
    const request = cases[subject];
    if (!request) return;
    const target = { address: server.address, token: server.rootToken, names: RECORDS };
    const plugin = subject === 'ours' || subject === 'go' ? pids[subject] : [];
    const before = await processCosts(plugin);
    const { requests, ...rest } = await putLoad({ ...target, ...request, clients, seconds }, signal);
    const { cpu } = await processCosts(plugin);
    const all = measured.get(name(title, clients, subject)) ?? [];
    all.push({ ...rest, requests, cpu: plugin.length > 0 ? (cpu - before.cpu) / requests : undefined });
    measured.set(name(title, clients, subject), all);
    await note('loaded');
  };

  await delay(IDLE_MS, undefined, { signal });
  await note('idle');
  for (let operation = 0; operation < OPERATIONS.length; operation++) {
    for (const subject of plan.subjects) await put(operation, 16, subject, plan.warmUpSeconds);
  }
  measured.clear();
  for (let round = 0; round < plan.rounds; round++) {
    for (const clients of CLIENTS) {
      for (let operation = 0; operation < OPERATIONS.length; operation++) {
        for (const subject of round % 2 === 0 ? plan.subjects : plan.subjects.toReversed()) {
          await put(operation, clients, subject, plan.seconds);
        }
      }
    }
  }
  return { of: (...which) => overall(measured.get(name(...which)) ?? []), memory };
}

function overall(rounds: readonly Result[]): Result | undefined {
  if (rounds.length === 0) return undefined;
  const median = (of: (round: Result) => number): number =>
    rounds.map(of).toSorted((one, other) => one - other)[Math.floor(rounds.length / 2)] ?? NaN;
  const requests = rounds.reduce((sum, round) => sum + round.requests, 0);
  return {
    requests,
    perSecond: rounds.reduce((sum, { perSecond }) => sum + perSecond, 0) / rounds.length,
    p50: median(({ p50 }) => p50),
    p99: median(({ p99 }) => p99),
    cpu:
      rounds[0]?.cpu === undefined
        ? undefined
        : rounds.reduce((sum, { cpu = 0, requests: some }) => sum + cpu * some, 0) / requests,
  };
}
