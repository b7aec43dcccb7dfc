/** Brings together what arrives under a number with who asks for it, in either order, each number once. */
export interface Rendezvous<T> {
  /** Leaves a value; dropped when nobody claims it in time. */
  offer(id: number, value: T): void;
  /**
   * Takes the value left under the number, or waits for it.
   *
   * @throws {RendezvousTimeout} when none arrives in time
   */
  claim(id: number): Promise<T>;
}

/** Nothing arrived in time. */
export class RendezvousTimeout extends Error {
  override readonly name = 'RendezvousTimeout';
}

/** Makes an empty meeting place. */
export function rendezvous<T>(timeoutMs: number): Rendezvous<T> {
  const offers = new Map<number, { value: T; timer: NodeJS.Timeout }>();
  const claims = new Map<number, (value: T) => void>();
  return {
    offer(id, value) {
      const waiting = claims.get(id);
      if (waiting) {
        waiting(value);
        return;
      }
      clearTimeout(offers.get(id)?.timer);
      offers.set(id, { value, timer: setTimeout(() => offers.delete(id), timeoutMs) });
    },
    async claim(id) {
      const offer = offers.get(id);
      if (offer) {
        clearTimeout(offer.timer);
        offers.delete(id);
        return offer.value;
      }
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          // A later claim of the number has taken this one's place.
          if (claims.get(id) === take) claims.delete(id);
          reject(new RendezvousTimeout('timeout waiting for connection info'));
        }, timeoutMs);
        const take = (value: T): void => {
          clearTimeout(timer);
          claims.delete(id);
          resolve(value);
        };
        claims.set(id, take);
      });
    },
  };
}
