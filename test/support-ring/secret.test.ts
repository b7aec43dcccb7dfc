import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { secret } from '../../src/support/secret.ts';

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
    ['the message of an error', () => new Error(`failed with ${String(held)}`).message],
  ])('shows [redacted] in %s', (_where, text) => {
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain('hunter2');
  });

  it('has no property that holds the value, and none can be put in its place', () => {
    expect(inspect(Object.getOwnPropertyDescriptors(held), { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(JSON.stringify({ ...held })).not.toContain('hunter2');
    expect(Object.isFrozen(held)).toBe(true);
  });
});
