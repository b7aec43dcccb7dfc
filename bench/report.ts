import { CLIENTS, type Result, type ServerResults } from './measure-server.ts';
import { OPERATIONS, type Subject } from './subjects.ts';

/** Medians of some starts of a plugin. */
export interface PluginStart {
  /** To the handshake, milliseconds. */
  readonly handshake: number;
  /** Resident memory a second later, MB. */
  readonly resident: number;
}

const TITLES: Readonly<Record<Subject, string>> = {
  ours: 'ours',
  go: 'Go kv plugin',
  kv: 'built-in kv',
  transit: 'built-in transit',
};

/** Requests a second, latency, and how many times as fast as the Go plugin. */
export function speedTable(results: ServerResults, subjects: readonly Subject[]): string {
  const cell = (result: Result | undefined): string =>
    result === undefined
      ? '–'
      : `${result.perSecond.toFixed(0)}/s, p50 ${result.p50.toFixed(2)}, p99 ${result.p99.toFixed(2)} ms` +
        (result.cpu === undefined ? '' : `, ${result.cpu.toFixed(0)} µs`);
  const rows = OPERATIONS.flatMap(({ name }) =>
    CLIENTS.map((clients) => {
      const of = (subject: Subject): Result | undefined => results.of(name, clients, subject);
      const [ours, go] = [of('ours'), of('go')];
      const ratio = ours && go ? `**${(ours.perSecond / go.perSecond).toFixed(2)}**` : '–';
      return [name, String(clients), ratio, ...subjects.map((subject) => cell(of(subject)))];
    }),
  );
  const titles = ['operation', 'clients', 'ours / Go plugin', ...subjects.map((subject) => TITLES[subject])];
  return table([titles, ...rows]);
}

/** Start and memory of both plugins. */
export function memoryTable({ memory }: ServerResults, starts: Readonly<Record<'ours' | 'go', PluginStart>>): string {
  const row = (plugin: 'ours' | 'go'): readonly string[] => [
    TITLES[plugin],
    `${starts[plugin].handshake.toFixed(0)} ms`,
    `${starts[plugin].resident.toFixed(0)} MB`,
    `${memory[plugin].idle.toFixed(0)} MB`,
    `${memory[plugin].loaded.toFixed(0)} MB`,
  ];
  const titles = ['', 'start to handshake', 'memory after the start', 'with a mount, idle', 'most under load'];
  return table([titles, row('ours'), row('go')]);
}

function table([titles = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
