import type { Logger } from '../support/logger.ts';
import { describeFault } from './fault.ts';
import type { CallRegistry } from './call-registry.ts';
import type { PluginProcess } from './plugin-process.ts';

/** How long the steps of leaving may take; a host kills a plugin 2 s after it has asked it to shut down. */
export interface Patience {
  /** For calls in flight to end by themselves when the host asks to leave. */
  readonly shutdownMs: number;
  /** The same after SIGTERM, where no host is waiting. */
  readonly terminateMs: number;
  /** For the plugin's own clean-up. */
  readonly cleanupMs: number;
  /** For the last answers to reach the host. */
  readonly flushMs: number;
  /** For a host that has been told where to connect to open its stream, before it counts as gone. */
  readonly hostComesMs: number;
  /** For a host whose stream has ended to ask to shut down, before it counts as gone. */
  readonly hostGoneMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  shutdownMs: 700,
  terminateMs: 5_000,
  cleanupMs: 700,
  flushMs: 200,
  // As long as a host waits for a plugin to start.
  hostComesMs: 60_000,
  hostGoneMs: 2_000,
};

export interface LifecycleOptions {
  readonly process: PluginProcess;
  readonly logger: Logger;
  readonly calls: Pick<CallRegistry, 'idle' | 'close'>;
  readonly patience: Patience;
  /** Ends the plugin's own work. */
  readonly cleanup: () => Promise<void>;
  /** Stops listening; resolves when the connections have ended. */
  readonly close: () => Promise<void>;
  /** Drops connections and the socket at once. */
  readonly abandon: () => void;
}

/** The ways in which a plugin ends; only the first one counts. */
export interface Lifecycle {
  /** The host has asked for it: exit 0. */
  readonly shutdown: () => void;
  /** SIGTERM: lets calls in flight end, exit 0. */
  readonly terminate: () => void;
  /** The host has been told where to connect; unless it does, the plugin leaves after a while, exit 0. */
  readonly hostExpected: () => void;
  /** Tells whether the host's stream is open; without it the plugin leaves after a while, exit 0. */
  readonly hostPresent: (present: boolean) => void;
  /** Nothing can be trusted any more: answers what is in flight, exit 1. */
  readonly fault: (error: unknown) => void;
  /** The same before the host has been told where to connect, for a reason that its operator can mend. */
  readonly cannotStart: (error: unknown) => void;
}

/** Wires the ends of a plugin to the process. */
export function lifecycle(options: LifecycleOptions): Lifecycle {
  const { process, logger, calls, patience } = options;
  let leaving = false;
  let faulted = false;
  let absence: NodeJS.Timeout | undefined;
  const drain = deadline();

  const leaveIn = (milliseconds: number, why: string): void => {
    clearTimeout(absence);
    absence = setTimeout(() => {
      // If it is there after all, its operator wants to know why the plugin has to be started again.
      if (!leaving) logger.warn('the plugin exits without being asked to', { why });
      void leave(why, 0);
    }, milliseconds);
  };

  const leave = async (why: string, drainMs: number): Promise<void> => {
    // Also while leaving: after SIGTERM calls have longer than a host waits that asks meanwhile, and kills.
    drain.within(drainMs);
    if (leaving) return;
    leaving = true;
    clearTimeout(absence);
    logger.debug('plugin is leaving', { why });
    await drain.over(calls.idle());
    calls.close('the plugin is shutting down');
    await atMost(patience.cleanupMs, options.cleanup()).catch((error: unknown) => {
      logger.warn('clean-up failed', describeFault(error));
    });
    if (!faulted) await finish(0);
  };

  const finish = async (code: number): Promise<void> => {
    await atMost(patience.flushMs, options.close()).catch(() => undefined);
    options.abandon();
    process.exit(code);
  };

  const fail = (message: string, error: unknown): void => {
    logger.error(message, describeFault(error));
    if (faulted) {
      process.exit(1);
      return;
    }
    faulted = true;
    leaving = true;
    calls.close("the plugin has failed; see the server's log");
    void finish(1);
  };

  return {
    shutdown: () => void leave('the host asks to shut down', patience.shutdownMs),
    terminate: () => void leave('SIGTERM', patience.terminateMs),
    hostExpected: () => {
      leaveIn(patience.hostComesMs, 'the host has not come');
    },
    hostPresent: (present) => {
      if (present) clearTimeout(absence);
      else leaveIn(patience.hostGoneMs, 'the host is gone');
    },
    fault: (error) => {
      fail('unexpected fault, the plugin exits', error);
    },
    cannotStart: (error) => {
      fail('the plugin cannot start', error);
    },
  };
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const limit = deadline();
  limit.within(milliseconds);
  await limit.over(work);
}

/** A wait whose end can be brought forward. */
interface Deadline {
  /** Sets the end, unless it is nearer already. */
  readonly within: (milliseconds: number) => void;
  /** Waits for the work, or for the end. */
  readonly over: (work: Promise<void>) => Promise<void>;
}

function deadline(): Deadline {
  let isOver = false;
  const timers: NodeJS.Timeout[] = [];
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    within: (milliseconds) => {
      if (!isOver) timers.push(setTimeout(end, milliseconds));
    },
    over: async (work) => {
      try {
        await Promise.race([work, ended]);
      } finally {
        isOver = true;
        timers.forEach(clearTimeout);
      }
    },
  };
}
