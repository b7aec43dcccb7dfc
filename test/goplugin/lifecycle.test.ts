import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallRegistry } from '../../src/goplugin/call-registry.ts';
import { DEFAULT_PATIENCE, lifecycle, type Lifecycle, type LifecycleOptions } from '../../src/goplugin/lifecycle.ts';
import { nodeProcess } from '../../src/goplugin/plugin-process.ts';
import { silentLogger } from '../../src/support/logger.ts';

const never = (): Promise<never> => new Promise(() => undefined);
/** A host kills the plugin this long after it has asked it to leave. */
const HOST_KILLS_AFTER_MS = 2_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A plugin that ends step by step as the options say, by default at once. */
function living(options: Partial<Omit<LifecycleOptions, 'calls'>> & { calls?: Partial<CallRegistry> } = {}): {
  life: Lifecycle;
  events: string[];
} {
  const events: string[] = [];
  const calls: CallRegistry = {
    unary: () => () => undefined,
    keep: () => undefined,
    idle: async () => undefined,
    close: (text) => events.push(`answer: ${text}`),
    ...options.calls,
  };
  const life = lifecycle({
    logger: silentLogger,
    patience: DEFAULT_PATIENCE,
    cleanup: async () => void events.push('clean up'),
    close: async () => void events.push('close'),
    abandon: () => events.push('abandon'),
    ...options,
    calls,
    process: { ...nodeProcess(), exit: (code) => events.push(`exit ${code}`) },
  });
  return { life, events };
}

describe('a plugin that is asked to shut down', () => {
  it('answers, cleans up and leaves, in this order', async () => {
    const { life, events } = living();
    life.shutdown();
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(['answer: the plugin is shutting down', 'clean up', 'close', 'abandon', 'exit 0']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves before the host would kill it, though calls, clean-up and connections hang', async () => {
    const { life, events } = living({ calls: { idle: never }, cleanup: never, close: never });
    life.shutdown();
    await vi.advanceTimersByTimeAsync(HOST_KILLS_AFTER_MS - 200);
    expect(events).toEqual(['answer: the plugin is shutting down', 'abandon', 'exit 0']);
  });

  it('leaves in good order though the clean-up fails', async () => {
    const { life, events } = living({ cleanup: () => Promise.reject(new Error('no')) });
    life.shutdown();
    await vi.advanceTimersByTimeAsync(0);
    expect(events.at(-1)).toBe('exit 0');
  });

  it('leaves once, whatever else comes', async () => {
    const { life, events } = living();
    life.shutdown();
    life.terminate();
    life.hostPresent(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.filter((event) => event.startsWith('exit'))).toEqual(['exit 0']);
  });
});

describe('a plugin that loses its host', () => {
  it.each([
    ['says so', () => undefined, 1],
    [
      'has nothing to say of it once it was asked to leave',
      (life: Lifecycle) => {
        life.terminate();
      },
      0,
    ],
  ])('%s', async (_title, before, count) => {
    const warnings: string[] = [];
    const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
    const { life } = living({ logger, calls: { idle: never } });
    before(life);
    life.hostPresent(false);
    await vi.advanceTimersByTimeAsync(DEFAULT_PATIENCE.hostGoneMs + 100);
    expect(warnings).toHaveLength(count);
  });
});

describe('a plugin that has been sent SIGTERM', () => {
  const events = {
    'is asked to shut down': (life: Lifecycle): void => {
      life.shutdown();
    },
    'loses its host': (life: Lifecycle): void => {
      life.hostPresent(false);
    },
  };
  it.each(Object.entries(events))('waits less for its calls when it then %s', async (_title, event) => {
    const { life, events } = living({ calls: { idle: never } });
    life.terminate();
    await vi.advanceTimersByTimeAsync(100);
    event(life);
    await vi.advanceTimersByTimeAsync(DEFAULT_PATIENCE.hostGoneMs + 100);
    expect(events.at(-1)).toBe('exit 0');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is gone before the host that asks it to shut down would kill it', async () => {
    const { life, events } = living({ calls: { idle: never } });
    life.terminate();
    await vi.advanceTimersByTimeAsync(100);
    life.shutdown();
    await vi.advanceTimersByTimeAsync(HOST_KILLS_AFTER_MS - 200);
    expect(events.at(-1)).toBe('exit 0');
  });
});

describe('a plugin whose host is not there', () => {
  it('waits a little for the host to ask it to leave', async () => {
    const { life, events } = living();
    life.hostPresent(true);
    life.hostPresent(false);
    await vi.advanceTimersByTimeAsync(DEFAULT_PATIENCE.hostGoneMs - 1);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events.at(-1)).toBe('exit 0');
  });

  it('waits for it to come as long as a host waits for a plugin', async () => {
    const { life, events } = living();
    life.hostExpected();
    await vi.advanceTimersByTimeAsync(DEFAULT_PATIENCE.hostComesMs - 1);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events.at(-1)).toBe('exit 0');
  });

  it('stays when it comes in time', async () => {
    const { life, events } = living();
    life.hostExpected();
    life.hostPresent(true);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(events).toEqual([]);
  });

  it('stays when the host comes back', async () => {
    const { life, events } = living();
    life.hostPresent(false);
    life.hostPresent(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events).toEqual([]);
  });
});

describe('a plugin with a fault', () => {
  it('answers what is in flight and exits with 1, without a clean-up that might fail too', async () => {
    const { life, events } = living();
    life.fault(new Error('x'));
    await vi.advanceTimersByTimeAsync(0);
    expect(events).toEqual(["answer: the plugin has failed; see the server's log", 'close', 'abandon', 'exit 1']);
  });

  it('exits at once on a second fault', () => {
    const { life, events } = living({ close: never });
    life.fault(new Error('x'));
    life.fault(new Error('y'));
    expect(events.at(-1)).toBe('exit 1');
  });

  it('exits with 1 though it was leaving', async () => {
    let cleanedUp: () => void = () => undefined;
    const cleanup = (): Promise<void> => new Promise((resolve) => (cleanedUp = resolve));
    const { life, events } = living({ cleanup, close: () => new Promise((resolve) => setTimeout(resolve, 100)) });
    life.shutdown();
    await vi.advanceTimersByTimeAsync(10);
    life.fault(new Error('x'));
    cleanedUp();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(events.filter((event) => event.startsWith('exit'))).toEqual(['exit 1']);
  });
});
