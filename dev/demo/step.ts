import type { Finished } from '../servers/run-command.ts';
import type { Story } from './story.ts';

/** Writes one block of text for the reader. */
export type Print = (text: string) => void;

/** One command of the server's CLI, with a check of its output. */
export interface CliStep {
  readonly kind: 'cli';
  readonly title: string;
  /** Arguments for `vault` or `bao`. */
  readonly command: (story: Story) => readonly string[];
  /** @throws {Error} if the output is not as expected */
  readonly check: (answer: Finished, story: Story) => void;
}

/** One request of an application to the cloud, with a check of the response. */
interface CloudStep {
  readonly kind: 'cloud';
  readonly title: string;
  /** Prints the request and its answer. @throws {Error} if the answer is not as expected */
  readonly run: (story: Story, print: Print) => Promise<void>;
}

export type Step = CliStep | CloudStep;

export const cli = (step: Omit<CliStep, 'kind'>): CliStep => ({ kind: 'cli', ...step });

/** A request: as text for the reader, and to send. */
export interface CloudCall<Answer> {
  readonly source: string;
  readonly send: () => Promise<Answer>;
}

export function cloud<Answer>({
  title,
  call,
  show,
  check,
}: {
  readonly title: string;
  readonly call: (story: Story) => CloudCall<Answer>;
  readonly show: (answer: Answer) => string;
  readonly check: (answer: Answer, story: Story) => void;
}): CloudStep {
  return {
    kind: 'cloud',
    title,
    async run(story, print) {
      const { source, send } = call(story);
      print(`> ${source}`);
      const answer = await send();
      print(show(answer));
      check(answer, story);
    },
  };
}
