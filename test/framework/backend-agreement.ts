import { expect } from 'vitest';
import { withoutValue } from './support.ts';
import type { ToyBackend, ToyRequest } from './toy-backend.ts';

/** A backend and requests to it, as `oracle/main.go` takes them. */
export interface BackendAsk {
  readonly backend: ToyBackend;
  readonly requests: readonly ToyRequest[];
}

/** Expects our answer to a request to be Vault's, with the differences that are wanted. */
export function expectAgreement(ours: unknown, vaults: unknown): void {
  const [shown, expected] = [normal(ours), normal(vaults)];
  expect(shown).toEqual(expected);
  // Byte for byte, so that the order of members counts too.
  expect(JSON.stringify(shown?.data?.openapi)).toBe(JSON.stringify(expected?.data?.openapi));
}

interface Normal {
  readonly data?: { readonly openapi?: unknown };
}

/**
 * What is left out of both: the member `ref`, by which a server reads references, and the values in texts of validation
 * errors.
 */
function normal(answer: unknown): Normal | null {
  const text = JSON.stringify(answer, (name, value: unknown) => {
    if (name === 'ref') return undefined;
    return (name === 'error' || name === 'failed') && typeof value === 'string' ? withoutValue(value) : value;
  });
  return JSON.parse(text) as Normal | null;
}
