import type { Outcome } from './run-steps.ts';
import type { Step } from './step.ts';

/** Formats the run as a table of steps and durations. */
export function summaryTable(steps: readonly Step[], outcomes: readonly Outcome[]): string {
  const width = Math.max(...steps.map(({ title }) => title.length));
  const lines = steps.map(({ title }, index) => {
    const outcome = outcomes[index];
    const number = String(index + 1).padStart(2);
    if (outcome === undefined) return `  -  ${number}  ${title.padEnd(width)}  not run`;
    const mark = outcome.error === undefined ? ' ok ' : 'FAIL';
    return `${mark} ${number}  ${title.padEnd(width)}  ${outcome.seconds.toFixed(2)} s`;
  });
  return lines.join('\n');
}
