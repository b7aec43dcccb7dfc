import { describe, expect, it } from 'vitest';
import { findLeaks } from './find-leaks.ts';

const bytes = Buffer.from('00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'hex');
const secrets = [{ what: 'key', bytes }];
const within = (before: number): Buffer => Buffer.concat([Buffer.alloc(before, 7), bytes, Buffer.alloc(5, 9)]);

describe('the search for secrets', () => {
  it.each([
    ['raw', bytes.toString('latin1')],
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['JSON of a Buffer', JSON.stringify(bytes)],
    ['inspected bytes', [...bytes].join(' ')],
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['base64 after one byte', within(1).toString('base64')],
    ['base64 after two bytes', within(2).toString('base64')],
    ['base64url after four bytes', within(4).toString('base64url')],
  ])('finds %s', (_encoding, seen) => {
    const leaks = findLeaks([{ where: 'log', text: `before ${seen} after` }], secrets);
    expect(leaks).toContainEqual(expect.objectContaining({ what: 'key', where: 'log' }));
  });

  it('finds nothing where there is nothing', () => {
    const other = Buffer.from(bytes).reverse();
    expect(findLeaks([{ where: 'log', text: other.toString('base64') + other.toString('hex') }], secrets)).toEqual([]);
  });
});
