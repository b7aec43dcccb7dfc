import { readFile, readdir } from 'node:fs/promises';

/** Pids of the plugin's processes that a server has started (Linux). */
export async function pluginProcesses(serverPid: number): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const thread of await readdir(`/proc/${serverPid}/task`)) {
    const children = await readFile(`/proc/${serverPid}/task/${thread}/children`, 'utf8');
    for (const child of children.trim().split(' ').filter(Boolean)) {
      const command = await commandOf(Number(child));
      if (command.includes('vault-plugin-secrets-keymgmt')) pids.push(Number(child));
    }
  }
  return pids;
}

/** Command line of a process; empty when it has ended, whether or not it was reaped. */
export async function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
