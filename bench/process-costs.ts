import { readFile } from 'node:fs/promises';

/** What Linux says of some processes. */
export interface ProcessCosts {
  /** CPU time so far, microseconds; the kernel counts in steps of 10 ms. */
  readonly cpu: number;
  /** Resident memory now, MB. */
  readonly resident: number;
}

const TICK_MICROSECONDS = 10_000;

/** Sums of some processes (Linux: /proc); one that has ended counts as nothing. */
export async function processCosts(pids: readonly number[]): Promise<ProcessCosts> {
  let cpu = 0;
  let resident = 0;
  for (const pid of pids) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name, in parentheses, may hold anything; user and system time are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpu += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MICROSECONDS;
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    resident += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
  }
  return { cpu, resident };
}
