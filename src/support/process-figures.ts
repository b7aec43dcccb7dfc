import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** What a process costs, and how promptly it works; all its mounts share it. */
export interface ProcessFigures {
  /** In bytes. */
  readonly residentMemory: number;
  /** In bytes. */
  readonly heapUsed: number;
  /** User and system time, in seconds. */
  readonly cpuSeconds: number;
  /** Seconds since the Unix epoch. */
  readonly startedAt: number;
  /** How late the event loop was since the last reading, in seconds; 0 the first time. */
  readonly eventLoopLag: { readonly mean: number; readonly max: number };
}

/** How often the event loop's delay is sampled, in milliseconds; sampling costs a wake-up. */
const SAMPLE_MS = 100;

/** Reads the figures of this process. The delay of its event loop is sampled from the first reading on. */
export function processFigures(): () => ProcessFigures {
  let delay: IntervalHistogram | undefined;
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const lag = { mean: 0, max: 0 };
    if (delay === undefined) {
      delay = monitorEventLoopDelay({ resolution: SAMPLE_MS });
      delay.enable();
    } else if (delay.count > 0) {
      // What is measured is the time between two samples, of which the resolution is no delay.
      lag.mean = seconds(delay.mean);
      lag.max = seconds(delay.max);
      delay.reset();
    }
    return {
      residentMemory: rss,
      heapUsed,
      cpuSeconds: (user + system) / 1e6,
      startedAt: performance.timeOrigin / 1000,
      eventLoopLag: lag,
    };
  };
}

const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - SAMPLE_MS / 1000);
