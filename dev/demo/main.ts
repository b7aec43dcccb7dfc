/**
 * `make demo [HOST=vault|bao] [PROVIDER=awskms|azurekeyvault|gcpckms]`: the full lifecycle of a key, with a real server's CLI and requests
 * of an application to the cloud.
 * Checks each response; the first that differs ends the demo with exit code 1.
 */
import { refuseLeaks } from '../secrecy/known-secrets.ts';
import { clientEnvironment } from '../servers/start-server.ts';
import { stderrProgress } from '../servers/progress.ts';
import { displayName } from '../servers/server-binary.ts';
import { demoArguments } from './demo-arguments.ts';
import { startEnvironment, type DemoEnvironment } from './environment.ts';
import { runSteps } from './run-steps.ts';
import type { Print } from './step.ts';
import { create } from './steps/create.ts';
import { disable } from './steps/disable.ts';
import { distribute } from './steps/distribute.ts';
import { MOUNT } from './steps/mount.ts';
import { remove } from './steps/remove.ts';
import { rotate } from './steps/rotate.ts';
import { summaryTable } from './summary.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const ACTS = [create, distribute, rotate, disable, remove];

const print: Print = (text) => {
  process.stdout.write(`${text}\n`);
};

async function demo(environment: DemoEnvironment): Promise<boolean> {
  const { server, plugin, cloud } = environment;
  const steps = [...MOUNT, ...ACTS.flatMap((act) => act(cloud))];
  print(`\n# The shell of all commands that follow`);
  for (const [name, value] of Object.entries(clientEnvironment(server.address, server.rootToken))) {
    if (name.startsWith(server.binary.host.toUpperCase())) print(`$ export ${name}=${value}`);
  }
  print(`> ${cloud.client}`);

  const outcomes = await runSteps(steps, { server, plugin, kms: cloud.kms }, print);
  print(`\n${summaryTable(steps, outcomes)}\n`);
  const failed = outcomes.find(({ error }) => error !== undefined);
  if (failed?.error === undefined) {
    refuseLeaks(await environment.leaks());
    print('No key and no credential was seen in an answer, the log, the audit log, or a file outside the barrier.');
    print(`All ${steps.length} steps answered as they must, on ${displayName(server.binary)}.`);
    return true;
  }
  print(`"${failed.title}" did not answer as it must:\n${failed.error.message}`);
  print(`\nThe end of the server's log:\n${(await server.log()).trimEnd().split('\n').slice(-15).join('\n')}`);
  return false;
}

const ending = stopOnSignal();
try {
  const { host, provider } = demoArguments();
  const environment = await startEnvironment(host, provider, stderrProgress);
  ending.begun(environment.stop);
  if (!(await demo(environment))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await ending.end();
