import type { Finished } from '../servers/run-command.ts';
import type { KmsCall } from './kms-call.ts';
import type { KmsAnswer } from './kms-answer.ts';
import type { Story } from './story.ts';

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
export interface KmsStep {
  readonly kind: 'kms';
  readonly title: string;
  readonly call: (story: Story) => KmsCall;
  /** @throws {Error} if the output is not as expected */
  readonly check: (answer: KmsAnswer, story: Story) => void;
}

export type Step = CliStep | KmsStep;

export const cli = (step: Omit<CliStep, 'kind'>): CliStep => ({ kind: 'cli', ...step });
export const kms = (step: Omit<KmsStep, 'kind'>): KmsStep => ({ kind: 'kms', ...step });
