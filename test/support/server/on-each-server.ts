import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stderrProgress } from '../../../dev/servers/progress.ts';
import { displayName, type ServerBinary } from '../../../dev/servers/server-binary.ts';
import { serversAtHand } from '../../../dev/servers/servers-at-hand.ts';
import { raiseStage, type Stage, type StageOptions } from './stage.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Of an end-to-end test: the title of its suite and the server, by which a reporter puts results side by side. */
    readonly onServer?: { readonly suite: string; readonly server: string };
  }
}

const { present, missing } = await serversAtHand(process.env, stderrProgress);

/**
 * Describes what must hold on every real server: on each one of this run, a suite with a stage of its own. One that the
 * machine has not shows as a skipped test that says how to get it. Each suite ends with the search for secrets.
 *
 * A test that is not for a server is skipped with `it.skipIf(…)` on the binary, or with `context.skip(reason)`.
 */
export function onEachServer(
  title: string,
  body: (stage: () => Stage, binary: ServerBinary) => void,
  options: (binary: ServerBinary) => StageOptions = () => ({}),
): void {
  for (const { name, wayOut } of missing) {
    describe(`${title}, on ${name}`, () => {
      it.skip(`needs the server: ${wayOut}`, () => undefined);
    });
  }
  for (const binary of present) {
    const server = displayName(binary);
    describe(`${title}, on ${server}`, { meta: { onServer: { suite: title, server } } }, () => {
      let raised: Stage | undefined;
      const stage = (): Stage => {
        if (raised === undefined) throw new Error('the stage stands only while tests run');
        return raised;
      };
      beforeAll(async () => {
        raised = await raiseStage(binary, options(binary));
      });
      afterAll(async () => {
        await raised?.strike();
      });
      body(stage, binary);
      it('has let out no secret: not in an answer, an error, a log, or a file outside the barrier', async () => {
        expect(await stage().leaks()).toEqual([]);
      });
    });
  }
}
