import { describe, it } from 'vitest';
import type { Json } from '../../src/logical/index.ts';
import { expectAgreement, type BackendAsk } from './backend-agreement.ts';
import { recorded } from './support.ts';
import { send, toyBackend, type ToyRequest } from './toy-backend.ts';

// Asked of HashiCorp's sdk/framework v0.25.1 by oracle/main.go: equal backends, built by it and by us from one description.
const table = recorded<BackendAsk, readonly Json[]>('backend');

describe('a backend answers as Vault does', () => {
  const cases = table.flatMap(({ ask, answer }) =>
    ask.requests.map((request, index) => [title(ask, request), ask.backend, request, answer[index]] as const),
  );

  it.each(cases)('%s', async (_, backend, request, answer) => {
    expectAgreement(await send(toyBackend(backend), request), answer);
  });
});

function title({ backend }: BackendAsk, { operation, path, data = {}, check }: ToyRequest): string {
  const patterns = backend.paths.map(({ pattern }) => pattern).join(' ');
  return JSON.stringify([patterns.slice(0, 60), check ? 'check' : operation, path, data]);
}
