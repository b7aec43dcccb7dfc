import { readFileSync } from 'node:fs';

/** A question to Vault's own framework, and its answer; see `oracle/main.go`. */
export interface Recorded<Ask, Answer> {
  readonly ask: Ask;
  readonly answer: Answer;
}

/** Reads what `oracle/main.go` has recorded. */
export function recorded<Ask, Answer>(name: string): readonly Recorded<Ask, Answer>[] {
  const lines = readFileSync(new URL(`fixtures/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Recorded<Ask, Answer>);
}

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';

/**
 * Vault's text of a validation error without the value that it repeats, which is all that ours differ in: a value may
 * be a secret. What Go's JSON decoder stumbled over counts as one too.
 */
export function withoutValue(text: string): string {
  return (
    text
      .replace(/, value: '.*?'(?=\n\* |$)/gs, '')
      .replace(new RegExp(`parsing ${QUOTED}: `, 'g'), '')
      .replace(new RegExp(`(invalid key pair|unknown unit|duration) ${QUOTED}`, 'g'), '$1')
      .replace(/(?<=unrecognized type) for .*$|, val:.*$/s, '')
      // A text that begins like compressed data, which Vault would unpack.
      .replace(/(?<=: )failed to decompress JSON: .*$/s, 'not a JSON object')
      .replace(/(?<=: )(invalid character .*|json: cannot unmarshal .*|(?:unexpected )?EOF)$/s, 'not a JSON object')
  );
}
