import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import type { Finished } from '../servers/run-command.ts';

/** The command must succeed without data, as for a 204. */
export function expectSuccess(answer: Finished): void {
  expectExit(answer, 0);
  match(answer.stdout, /^Success!/);
}

/** The command must print this JSON, printed with `-format=json`. */
export function expectJson(answer: Finished, expected: unknown): void {
  deepStrictEqual(jsonOf(answer), expected);
}

/** What the command printed with `-format=json`. @throws {Error} when it failed, or printed something else */
export function jsonOf(answer: Finished): unknown {
  expectExit(answer, 0);
  return JSON.parse(answer.stdout) as unknown;
}

/** The command must find nothing: a 404 without an error. */
export function expectNothing(answer: Finished): void {
  expectExit(answer, 2);
  match(answer.stderr + answer.stdout, /No value found|^\{\}/m);
}

/** The server must reject the command with status 400 and a matching message. */
export function expectRefusal(answer: Finished, text: RegExp): void {
  expectExit(answer, 2);
  match(answer.stderr, /Code: 400/);
  match(answer.stderr, text);
}

/** A timestamp of the engine: RFC 3339. */
export function expectTime(value: unknown): void {
  ok(typeof value === 'string', 'a time is a string');
  match(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
}

function expectExit({ code, stdout, stderr }: Finished, expected: number): void {
  strictEqual(code, expected, `exit code ${code} and not ${expected}\n${stdout}${stderr}`);
}
