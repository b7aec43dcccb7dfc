import type { Storage } from '../../src/logical/index.ts';

/**
 * The life of a process that a test can end at any call it makes. Once dead, nothing it still tries has an effect, as
 * after a SIGKILL.
 */
export interface Life {
  readonly dead: boolean;
  /** Counts a call; true when the process dies right before it, or is dead already. */
  diesBefore(): boolean;
  /** True when the process dies right after the effect of the call just counted. */
  diesAfter(): boolean;
}

/** A life that ends at a call, counted from 0, before or after its effect; undefined lives on. */
export function lifeUntil(end: { readonly call: number; readonly when: 'before' | 'after' } | undefined): Life {
  let calls = -1;
  let dead = false;
  return {
    get dead() {
      return dead;
    },
    diesBefore() {
      calls++;
      if (end?.when === 'before' && calls === end.call) dead = true;
      return dead;
    },
    diesAfter() {
      if (end?.when === 'after' && calls === end.call) dead = true;
      return dead;
    },
  };
}

/** The error that a dead process gets; no test may see it as an answer. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

/** The storage as a mortal process reaches it. */
export function mortalStorage(storage: Storage, life: Life): Storage {
  const call = async <T>(effect: () => Promise<T>): Promise<T> => {
    if (life.diesBefore()) throw new Killed();
    const result = await effect();
    if (life.diesAfter()) throw new Killed();
    return result;
  };
  return {
    get: (key) => call(() => storage.get(key)),
    put: (entry) => call(() => storage.put(entry)),
    delete: (key) => call(() => storage.delete(key)),
    list: (prefix) => call(() => storage.list(prefix)),
  };
}
