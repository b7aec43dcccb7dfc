import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/logical/index.ts';
import { recorded, withoutValue } from './support.ts';
import { send, toyBackend, type ToyBackend, type ToyRequest } from './toy-backend.ts';

interface Ask {
  readonly backend: ToyBackend;
  readonly requests: readonly ToyRequest[];
}

// Asked of HashiCorp's sdk/framework v0.25.1 by oracle/main.go: equal backends, built by it and by us from one description.
const table = recorded<Ask, readonly Json[]>('backend');

describe('a backend answers as Vault does', () => {
  const cases = table.flatMap(({ ask, answer }) =>
    ask.requests.map((request, index) => [title(ask, request), ask.backend, request, answer[index]] as const),
  );

  it.each(cases)('%s', async (_, backend, request, answer) => {
    const ours = normal(await send(toyBackend(backend), request));
    expect(ours).toEqual(normal(answer));
    // Byte for byte, so that the order of members counts too.
    expect(JSON.stringify(ours?.data?.openapi)).toBe(JSON.stringify(normal(answer)?.data?.openapi));
  });
});

function title({ backend }: Ask, { operation, path, data = {}, check }: ToyRequest): string {
  const patterns = backend.paths.map(({ pattern }) => pattern).join(' ');
  return JSON.stringify([patterns.slice(0, 60), check ? 'check' : operation, path, data]);
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
