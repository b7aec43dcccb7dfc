import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { hclogLogger } from '../../src/support/hclog-logger.ts';
import type { LogFields } from '../../src/support/logger.ts';
import { secret, secretBy } from '../../src/support/secret.ts';

function logged(fields: LogFields): string {
  let lines = '';
  const write = (line: string): void => {
    lines += line;
  };
  hclogLogger({ clock: { now: () => 0 }, module: 'test', write }).info('message', fields);
  return lines;
}

describe('secret', () => {
  const held = secret('hunter2');

  it('gives its value to who asks for it', () => {
    expect(held.reveal()).toBe('hunter2');
    const list = ['a'];
    expect(secret(list).reveal()).toBe(list);
  });

  it.each([
    ['String', () => String(held)],
    ['JSON', () => JSON.stringify({ deep: { held } })],
    ['inspect', () => inspect({ deep: { held } }, { depth: 9, showHidden: true })],
    ['format', () => format('%s %o %j', held, held, held)],
    ['a template', () => `held: ${held as unknown as string}`],
    ['a concatenation', () => 'failed with ' + (held as unknown as string)],
    ['the message of an error', () => new Error(`failed with ${String(held)}`).message],
    ['the causes of an error', () => inspect(new Error('a', { cause: new Error('b', { cause: held }) }))],
    ['the properties of an error', () => inspect(Object.assign(new Error('failed'), { $response: { held } }))],
    ['a log line', () => logged({ held: held as unknown as string })],
  ])('shows [redacted] in %s', (_where, text) => {
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('hunter2');
  });

  it('cannot be cloned, into another thread say, and is not quoted by the refusal', () => {
    expect(() => structuredClone({ deep: held })).toThrow(/could not be cloned/);
    expect(() => structuredClone({ deep: held })).not.toThrow(/hunter2/);
  });

  it('may give its value in a way of its own, and is a secret all the same', () => {
    let value = 'hunter2';
    const own = secretBy({
      reveal: () => value,
      forget() {
        value = '';
      },
    });
    expect(own.reveal()).toBe('hunter2');
    expect(`${inspect(own)}${JSON.stringify(own)}${String(own)}`).toBe('[redacted]"[redacted]"[redacted]');
    own.forget();
    expect(own.reveal()).toBe('');
    expect(Object.isFrozen(own)).toBe(true);
  });

  it('has no property that holds the value, and none can be put in its place', () => {
    expect(inspect(Object.getOwnPropertyDescriptors(held), { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify({ ...held })).not.toContain('hunter2');
    expect(Object.isFrozen(held)).toBe(true);
  });
});
