import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../dev/servers/run-command.ts';

/** What one measurement sends: each client keeps its connection and sends one request after the other. */
export interface Load {
  readonly address: string;
  readonly token: string;
  /** wrk knows no `LIST`: `GET` with `list=true`. */
  readonly method: 'GET' | 'POST';
  /** Below `/v1/`; `#` becomes a number below {@link Load.names}, one after the other. */
  readonly path: string;
  readonly names?: number;
  readonly body?: object;
  readonly clients: number;
  readonly seconds: number;
}

/** What came of it. */
export interface Measured {
  readonly requests: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Says how to get the load generator, if it is missing. */
export async function requireWrk(): Promise<string> {
  const found = await runCommand('wrk', ['-v']).catch(() => undefined);
  const version = /wrk ([\w.+-]+)/.exec(found?.stdout ?? '')?.[1];
  if (version === undefined) throw new Error('wrk is not on the PATH: install it (Debian: apt-get install wrk)');
  return version;
}

/**
 * Runs wrk, a process and a thread of its own.
 *
 * @throws {Error} when any answer is not 2xx, as then something else was measured
 */
export async function putLoad(load: Load, signal: AbortSignal): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-load-'));
  try {
    const script = join(folder, 'load.lua');
    await writeFile(script, scriptOf(load), { mode: 0o600 });
    const args = ['-t1', `-c${load.clients}`, `-d${load.seconds}s`, '--latency', '-s', script, load.address];
    const { code, stdout, stderr } = await runCommand('wrk', args, { signal });
    const failures = /Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)/.exec(stdout);
    const [, requests, rate, p50, p99] = /requests=(\d+) rate=([\d.]+) p50=([\d.]+) p99=([\d.]+)/.exec(stdout) ?? [];
    if (code !== 0 || failures || rate === undefined) {
      throw new Error(`wrk on ${load.method} ${load.path}: ${failures?.[0] ?? (stderr || stdout)}`);
    }
    return { requests: Number(requests), perSecond: Number(rate), p50: Number(p50) / 1000, p99: Number(p99) / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function scriptOf({ token, method, path, names = 1, body }: Load): string {
  const text = body === undefined ? 'nil' : `'${JSON.stringify(body)}'`;
  return `
local headers = { ["X-Vault-Token"] = "${token}", ["Content-Type"] = "application/json" }
local next = 0
request = function()
  next = (next + 1) % ${names}
  return wrk.format("${method}", string.gsub("/v1/${path}", "#", tostring(next)), headers, ${text})
end
done = function(summary, latency)
  io.write(string.format("requests=%d rate=%f p50=%f p99=%f\\n", summary.requests, summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(99)))
end
`;
}
