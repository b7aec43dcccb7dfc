import type { Storage } from '../../src/logical/index.ts';

/** An instant: right before or right after the effect of one call that the plugin makes to storage or KMS. */
export interface CrashPoint {
  /** Counted from 0 since the gate was armed. */
  readonly call: number;
  readonly when: 'before' | 'after';
}

/** Counts the calls that leave the plugin, and kills it at one of them. */
export interface Gate {
  /** Starts counting. @param kill ends the plugin; the call at hand is never answered */
  arm(point: CrashPoint | undefined, kill: () => Promise<void>): void;
  disarm(): void;
  /** Names of the calls since the gate was armed. */
  readonly calls: readonly string[];
  /** The storage as the plugin reaches it. */
  storage(storage: Storage): Storage;
  /** Counts a call. @returns whether the plugin dies before or after its effect */
  count(name: string): CrashPoint['when'] | undefined;
  /** Ends the plugin, and resolves when it is gone. */
  kill(): Promise<void>;
}

export function newGate(): Gate {
  let point: CrashPoint | undefined;
  let kill = async (): Promise<void> => undefined;
  let armed = false;
  let calls: string[] = [];

  const never = new Promise<never>(() => undefined);
  const count = (name: string): CrashPoint['when'] | undefined => {
    if (!armed) return undefined;
    calls.push(name);
    return point?.call === calls.length - 1 ? point.when : undefined;
  };
  const pass = async <T>(name: string, effect: () => Promise<T>): Promise<T> => {
    const dies = count(name);
    if (dies === 'before') {
      await kill();
      return never;
    }
    const result = await effect();
    if (dies === 'after') {
      await kill();
      return never;
    }
    return result;
  };

  return {
    get calls() {
      return calls;
    },
    arm(at, by) {
      point = at;
      kill = by;
      calls = [];
      armed = true;
    },
    disarm() {
      armed = false;
    },
    storage: (storage) => ({
      get: (key) => pass(`get ${key}`, () => storage.get(key)),
      put: (entry) => pass(`put ${entry.key}`, () => storage.put(entry)),
      delete: (key) => pass(`delete ${key}`, () => storage.delete(key)),
      list: (prefix) => pass(`list ${prefix}`, () => storage.list(prefix)),
    }),
    count,
    kill: () => kill(),
  };
}
