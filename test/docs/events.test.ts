import { expect, it } from 'vitest';
import { EVENTS, type EventDefinition } from '../../src/keymgmt/event-definitions.ts';
import { textOf } from './pages.ts';

it('docs/api.md lists every event with its paths and what it carries, and no other', () => {
  const rows = [
    ...textOf('docs/api.md').matchAll(/^\| `keymgmt\/([\w-]+)` +\| `([^`]+)` +\| ([^|]+?) +\| ([^|]+?) +\|$/gm),
  ];
  const defined = Object.entries<EventDefinition>(EVENTS).map(([name, { path, carries, help }]) => [
    ...[name, path, carries.map((each) => `\`${each}\``).join(', '), help],
  ]);
  expect(rows.map((row) => row.slice(1))).toEqual(defined);
});
