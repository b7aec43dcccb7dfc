import type { Print, Step } from './step.ts';
import type { Story } from './story.ts';

/** The result of one step. */
export interface Outcome {
  readonly title: string;
  readonly seconds: number;
  readonly error?: Error;
}

/** Runs the steps in order, printing each command and its output, up to the first that fails. */
export async function runSteps(steps: readonly Step[], story: Story, print: Print): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    print(`\n# ${step.title}`);
    const start = performance.now();
    const error = await runStep(step, story, print).then(
      () => undefined,
      (cause: unknown) => (cause instanceof Error ? cause : new Error(String(cause))),
    );
    const seconds = (performance.now() - start) / 1000;
    outcomes.push({ title: step.title, seconds, ...(error === undefined ? {} : { error }) });
    if (error !== undefined) return outcomes;
  }
  return outcomes;
}

async function runStep(step: Step, story: Story, print: Print): Promise<void> {
  if (step.kind === 'cloud') {
    await step.run(story, print);
    return;
  }
  const args = step.command(story);
  print(`$ ${[story.server.binary.host, ...args].map(quoted).join(' ')}`);
  const answer = await story.server.cli(...args);
  print((answer.stdout + answer.stderr).trimEnd());
  step.check(answer, story);
}

/** Quotes an argument for a shell. */
export function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
