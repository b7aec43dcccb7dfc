import { expect, it } from 'vitest';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { EXPECTED, EXPECTED_QUERY } from './expected-openapi.ts';
import { factsOf, queryOf, type Document } from './openapi-facts.ts';

it('has the paths, parameters and flags of Vault Enterprise, and of others only those listed', async () => {
  expect(factsOf(await load())).toEqual(EXPECTED);
});

it('has only the listed query parameters, and `list` on list operations', async () => {
  expect(queryOf(await load())).toEqual(EXPECTED_QUERY);
});

async function load(): Promise<Document> {
  const engine = await startEngine({ drivers: modelCloud().drivers });
  const help = await engine.request('help', '', { requestResponsePrefix: 'keymgmt' });
  return help?.data?.['openapi'] as unknown as Document;
}
