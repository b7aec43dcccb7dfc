/**
 * `make demo [HOST=vault|bao]`: the full lifecycle of a key, with a real server's CLI and the AWS SDK.
 * Checks each response; the first that differs ends the demo with exit code 1.
 */
import { refuseLeaks } from '../secrecy/known-secrets.ts';
import { clientEnvironment } from '../servers/start-server.ts';
import { stderrProgress } from '../servers/progress.ts';
import { displayName, hostNamed } from '../servers/server-binary.ts';
import { REGION, startEnvironment, type DemoEnvironment } from './environment.ts';
import { runSteps, type Print } from './run-steps.ts';
import { CREATE } from './steps/create.ts';
import { DISABLE } from './steps/disable.ts';
import { DISTRIBUTE } from './steps/distribute.ts';
import { MOUNT } from './steps/mount.ts';
import { REMOVE } from './steps/remove.ts';
import { ROTATE } from './steps/rotate.ts';
import { summaryTable } from './summary.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const STEPS = [...MOUNT, ...CREATE, ...DISTRIBUTE, ...ROTATE, ...DISABLE, ...REMOVE];

const print: Print = (text) => {
  process.stdout.write(`${text}\n`);
};

async function demo(environment: DemoEnvironment): Promise<boolean> {
  const { server, endpoint } = environment;
  print(`\n# The shell of all commands that follow`);
  for (const [name, value] of Object.entries(clientEnvironment(server.address, server.rootToken))) {
    if (name.startsWith(server.binary.host.toUpperCase())) print(`$ export ${name}=${value}`);
  }
  print(`> const kms = new KMSClient({ region: '${REGION}', endpoint: '${endpoint}', credentials })`);

  const outcomes = await runSteps(STEPS, { ...environment }, print);
  print(`\n${summaryTable(STEPS, outcomes)}\n`);
  const failed = outcomes.find(({ error }) => error !== undefined);
  if (failed?.error === undefined) {
    refuseLeaks(await environment.leaks());
    print('No key and no credential was seen in an answer, the log, the audit log, or a file outside the barrier.');
    print(`All ${STEPS.length} steps answered as they must, on ${displayName(server.binary)}.`);
    return true;
  }
  print(`"${failed.title}" did not answer as it must:\n${failed.error.message}`);
  print(`\nThe end of the server's log:\n${(await server.log()).trimEnd().split('\n').slice(-15).join('\n')}`);
  return false;
}

const ending = stopOnSignal();
try {
  const host = process.argv[2];
  const environment = await startEnvironment(host ? hostNamed(host) : undefined, stderrProgress);
  ending.begun(environment.stop);
  if (!(await demo(environment))) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
await ending.end();
