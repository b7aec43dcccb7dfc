import { expect, it } from 'vitest';
import { endpointOf, REQUESTS } from '../examples/policy-requests.ts';
import { EXPECTED } from './expected-openapi.ts';

it('has a line in test/examples/policy-requests.ts for each endpoint, and for no other', () => {
  const endpoints = Object.entries(EXPECTED).flatMap(([path, { operations, list }]) =>
    Object.keys(operations).map(
      (method) => `${method === 'get' && list === true ? 'LIST' : method.toUpperCase()} keymgmt${path}`,
    ),
  );
  const listed = REQUESTS.map(endpointOf).filter((endpoint) => endpoint.includes(' keymgmt/'));
  expect([...new Set(listed)].sort()).toEqual(endpoints.sort());
});
