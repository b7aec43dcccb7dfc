import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vaultServices } from '../../src/vault/wire.ts';
import { attack, metadataOf, type Outcome } from './attack.ts';
import { requestBytes } from './messages.ts';
import { servedMethods, type ServedMethod } from './methods.ts';
import { REPLAY, RUNS, SEED } from './seed.ts';
import { useVictim, type Victim } from './victim.ts';

const plugin = useVictim();
const { backend } = vaultServices();
const unary = servedMethods().filter(({ streaming }) => !streaming);
/** Most of what a message may say is said to this one. */
const shareOf = ({ path }: ServedMethod): number => (path === backend.HandleRequest.path ? 4 : 1);

describe(`messages of any kind (${REPLAY})`, () => {
  it.each(unary.filter(({ path }) => path !== backend.Setup.path))(
    'to $path are answered',
    async (method) => {
      const victim = plugin();
      // A clean-up would end the mount: that is another test's affair.
      const id = method.path === backend.Cleanup.path ? 'another' : victim.mount.multiplexId;
      const metadata = metadataOf({ multiplex_id: id ?? '' });
      await fc.assert(
        fc.asyncProperty(requestBytes(method), async (bytes) => {
          hear(victim, method, await attack(victim.host.client, method.path, bytes, { metadata }));
          await victim.stands();
        }),
        { seed: SEED, numRuns: RUNS * shareOf(method) },
      );
    },
    600_000,
  );

  it.each(unary.filter(({ path }) => path === backend.Setup.path))(
    'to $path are answered, all at once as each waits for the address of its services',
    async (method) => {
      const victim = plugin();
      const messages = fc.sample(requestBytes(method), { seed: SEED, numRuns: RUNS });
      const outcomes = messages.map((bytes, index) => {
        const metadata = metadataOf({ multiplex_id: String(index % 5) });
        return attack(victim.host.client, method.path, bytes, { metadata });
      });
      for (const outcome of await Promise.all(outcomes)) hear(victim, method, outcome);
      await victim.stands();
    },
    60_000,
  );
});

/** What a server does with the answer: it stumbles over a response that holds no JSON, and over an unknown kind of error. */
function hear(victim: Victim, { path }: ServedMethod, { details, reply }: Outcome): void {
  victim.hear(details);
  victim.hear(reply.toString('latin1'));
  if (path !== backend.HandleRequest.path || reply.length === 0) return;
  const { response, err } = backend.HandleRequest.responseDeserialize(reply);
  expect(err?.err_type ?? 0).toBeLessThanOrEqual(10);
  if (!response) return;
  const data: unknown = JSON.parse(response.data);
  expect(typeof data).toBe('object');
}
