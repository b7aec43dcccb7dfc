import { readFile, readdir } from 'node:fs/promises';

/** Pids of a plugin's processes that a server has started (Linux), by the name of its file. */
export async function pluginProcesses(
  serverPid: number,
  file = 'vault-plugin-secrets-keymgmt',
): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const thread of await readdir(`/proc/${serverPid}/task`)) {
    const children = await readFile(`/proc/${serverPid}/task/${thread}/children`, 'utf8');
    for (const child of children.trim().split(' ').filter(Boolean)) {
      const command = await commandOf(Number(child));
      if (command.includes(file)) pids.push(Number(child));
    }
  }
  return pids;
}

/** Command line of a process; empty when it has ended, whether or not it was reaped. */
export async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
