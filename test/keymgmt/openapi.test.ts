import { expect, it } from 'vitest';
import { startEngine } from '../support/engine.ts';
import { modelCloud } from '../support/model-cloud.ts';
import { EXPECTED, EXPECTED_QUERY } from './expected-openapi.ts';
import { factsOf, queryOf, type Document } from './openapi-facts.ts';

it("shows Enterprise's paths, parameters and flags, and of others only those that are listed", async () => {
  expect(factsOf(await load())).toEqual(EXPECTED);
});

it('takes nothing from the query but what is listed, and `list` on a list', async () => {
  expect(queryOf(await load())).toEqual(EXPECTED_QUERY);
});

async function load(): Promise<Document> {
  const engine = await startEngine({ drivers: modelCloud().drivers });
  const help = await engine.request('help', '', { requestResponsePrefix: 'keymgmt' });
  return help?.data?.['openapi'] as unknown as Document;
}
