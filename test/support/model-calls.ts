import { createHash } from 'node:crypto';
import { withMaterial } from '../../src/crypto/key-material.ts';
import { ProviderError, type ProviderErrorReason } from '../../src/providers/errors.ts';
import type { Observation, Performed } from '../../src/providers/observation.ts';
import type { Target } from '../../src/providers/port.ts';

/** What happens to a request: it fails before it has an effect, or after (the answer is lost). */
export interface Fault {
  readonly when: 'before' | 'after';
  readonly reason: ProviderErrorReason;
}

/** The requests that a model cloud answers, in order, each of which may be made to fail. */
export interface Calls {
  /** So far, `operation subject`. */
  readonly made: readonly string[];
  /** Asked before every request, by its operation and how many were made before; what it gives makes the request fail. */
  fault: (operation: string, index: number) => Fault | undefined;
  /** One request. @throws {ProviderError} as {@link fault} says, or what the effect throws */
  request<T>(operation: string, subject: string, effect: () => T): Promise<T>;
  /** What is known after a change, with the id of the request that made it. */
  performed(changed: boolean, ...seen: readonly Observation[]): Performed;
}

export function modelCalls(): Calls {
  const made: string[] = [];
  const calls: Calls = {
    made,
    fault: () => undefined,
    async request(operation, subject, effect) {
      const fault = calls.fault(operation, made.length);
      made.push(`${operation} ${subject}`);
      await Promise.resolve();
      if (fault?.when === 'before') throw failure(operation, fault);
      const result = effect();
      if (fault) throw failure(operation, fault);
      return result;
    },
    performed(changed, ...seen) {
      return changed ? { changed, requestId: `request-${made.length}`, seen } : { changed, seen };
    },
  };
  return calls;
}

/** An injected failure: nobody can tell whether a call that timed out, or lost its answer, took effect. */
function failure(operation: string, { when, reason }: Fault): ProviderError {
  const ambiguous = when === 'after' || reason === 'timeout' || reason === 'unavailable';
  return new ProviderError(reason, `${operation}: injected ${reason}`, { call: operation, ambiguous });
}

/** The refusal of a request by the rules of the model. */
export function refusal(operation: string, reason: ProviderErrorReason): ProviderError {
  return new ProviderError(reason, `${operation}: refused, ${reason}`, { call: operation });
}

/** SHA-256 of a version's material in Vault, hex: what a model keeps of it. */
export async function materialHash(target: Target, version: number): Promise<string> {
  return withMaterial(await target.material(version), async (material) =>
    createHash('sha256').update(material.reveal()).digest('hex'),
  );
}
