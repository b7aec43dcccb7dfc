import { describe, expect, it } from 'vitest';
import { setUp } from './harness.ts';

describe('permissions', () => {
  it('are asked for without any of them, and said to be unknown where a role on a key may grant them', async () => {
    const { kms, client, signal } = await setUp();
    const { credentials, problem, permissions } = await client.probePermissions(signal);
    expect(problem).toBeUndefined();
    expect(credentials).toEqual({ source: 'configuration', id: expect.stringContaining('@') as string });
    expect(permissions.map(({ granted }) => granted)).toEqual(permissions.map(() => 'yes'));
    expect(kms.calls().map(({ action }) => action)).toEqual(['Token', 'TestIamPermissions']);
  });
});
