import { readFile, readdir } from 'node:fs/promises';

/** Pids of the plugin's processes that a server has started (Linux). */
export async function pluginProcesses(serverPid: number): Promise<readonly number[]> {
  const pids: number[] = [];
  for (const thread of await readdir(`/proc/${serverPid}/task`)) {
    const children = await readFile(`/proc/${serverPid}/task/${thread}/children`, 'utf8');
    for (const child of children.trim().split(' ').filter(Boolean)) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('vault-plugin-secrets-keymgmt')) pids.push(Number(child));
    }
  }
  return pids;
}
