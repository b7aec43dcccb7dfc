/**
 * `make bench`, `npm run bench [-- --quick] [-- --plugin=FILE]`: measures this plugin on Vault and OpenBao beside
 * HashiCorp's Go kv plugin, mounted as an external plugin on the same server, and beside engines in the server itself.
 * Needs wrk and Go. Without `--quick` the table in docs/performance.md is written anew.
 */
import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { arch, cpus, tmpdir, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { bundlePlugin } from '../dev/build/bundle-plugin.ts';
import { stopOnSignal } from '../dev/demo/stop-on-signal.ts';
import { executableName } from '../dev/dist/artefact.ts';
import { stderrProgress } from '../dev/servers/progress.ts';
import { displayName, type ServerBinary } from '../dev/servers/server-binary.ts';
import { serversAtHand } from '../dev/servers/servers-at-hand.ts';
import { startBenchServer } from './bench-server.ts';
import { goKvPlugin, GO_KV_VERSION } from './go-kv.ts';
import { requireWrk } from './load.ts';
import { measureServer, type Plan } from './measure-server.ts';
import { measureStart, startingServer } from './measure-start.ts';
import { memoryTable, speedTable, type PluginStart } from './report.ts';
import { SUBJECTS } from './subjects.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = join(ROOT, 'docs/performance.md');
const [BEGIN, END] = ['<!-- make bench: begin -->', '<!-- make bench: end -->'];

const quick = process.argv.includes('--quick');
const given = process.argv.find((argument) => argument.startsWith('--plugin='))?.slice('--plugin='.length);
const FULL: Plan = { rounds: 3, seconds: 1, warmUpSeconds: 1, subjects: SUBJECTS };
const QUICK: Plan = { rounds: 1, seconds: 1, warmUpSeconds: 1, subjects: ['ours', 'go'] };
const STARTS = quick ? 3 : 9;

const stopping = new AbortController();
const ending = stopOnSignal();
const scratch = await mkdtemp(join(tmpdir(), 'bench-'));
let stopServer = async (): Promise<void> => undefined;
ending.begun(async () => {
  stopping.abort();
  await stopServer();
  await rm(scratch, { recursive: true, force: true });
});
const say = (text: string): void => void process.stderr.write(`${text}\n`);

try {
  const wrk = await requireWrk();
  const goPlugin = await goKvPlugin(stopping.signal);
  const plugin = await pluginFile();
  const { present, missing } = await serversAtHand(process.env, stderrProgress);
  for (const { name, wayOut } of missing) say(`not measured: ${name}: ${wayOut}`);
  const newest = [...new Map(present.map((binary) => [binary.host, binary])).values()];
  const starts = { ours: await starting(plugin), go: await starting(goPlugin) };
  const sections = [];
  for (const binary of newest) sections.push(await section(binary, plugin, goPlugin, starts));
  const text = [
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}, ` +
      `${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${arch()}; ${describePlugin(plugin)}; ` +
      `vault-plugin-secrets-kv ${GO_KV_VERSION}; wrk ${wrk}, one thread.`,
    ...sections,
  ].join('\n\n');
  process.stdout.write(`${text}\n`);
  if (!quick) await writePage(text);
} finally {
  await ending.end();
}

/** What `--plugin` names, else the executable that `make dist` has made, else the script, built now. */
async function pluginFile(): Promise<string> {
  if (given !== undefined) return resolve(given);
  if (arch() === 'x64' || arch() === 'arm64') {
    const built = join(ROOT, 'dist', executableName('glibc', arch() as 'x64' | 'arm64'));
    const exists = await access(built).then(
      () => true,
      () => false,
    );
    if (exists) return built;
  }
  const script = join(scratch, 'vault-plugin-secrets-keymgmt');
  await bundlePlugin(script);
  return script;
}

function describePlugin(file: string): string {
  return file.startsWith(scratch)
    ? `the script on Node.js ${process.versions.node}`
    : `the executable ${basename(file)}`;
}

async function starting(file: string): Promise<PluginStart> {
  const server = startingServer(scratch);
  await measureStart(file, server);
  const all = [];
  for (let start = 0; start < STARTS; start++) all.push(await measureStart(file, server));
  const median = (values: readonly number[]): number =>
    values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
  return {
    handshake: median(all.map(({ handshake }) => handshake)),
    resident: median(all.map(({ resident }) => resident)),
  };
}

async function section(
  binary: ServerBinary,
  plugin: string,
  goPlugin: string,
  starts: Readonly<Record<'ours' | 'go', PluginStart>>,
): Promise<string> {
  say(`measuring on ${displayName(binary)}`);
  const bench = await startBenchServer(binary, plugin, goPlugin);
  stopServer = () => bench.stop();
  try {
    const plan = quick ? QUICK : FULL;
    const results = await measureServer(bench, plan, stopping.signal);
    return [`### ${displayName(binary)}`, speedTable(results, plan.subjects), memoryTable(results, starts)].join(
      '\n\n',
    );
  } finally {
    await bench.stop();
    stopServer = async () => undefined;
  }
}

/** Puts the tables between the markers of the page. */
async function writePage(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${PAGE} has no place for the table`);
  const written = `${before}${BEGIN}\n\n${text}\n\n${END}${after}`;
  await writeFile(PAGE, await format(written, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
  say('docs/performance.md is written');
}
