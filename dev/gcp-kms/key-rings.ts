import type { Operation } from './context.ts';
import { alreadyExists, invalidArgument } from './errors.ts';
import { readInput } from './input.ts';
import { findRing } from './look-up.ts';
import { page } from './pages.ts';
import { requiredId } from './resource-ids.ts';
import type { KeyRing, Rings } from './state.ts';
import { showRing } from './views.ts';

/** Adds an empty key ring. */
export function addRing(rings: Rings, name: string, now: number): KeyRing {
  const ring = { name, createdAt: now, keys: new Map(), importJobs: new Map() };
  rings.set(name, ring);
  return ring;
}

export const createKeyRing: Operation = ({ rings, now, authorize }, { name: parent, query, body }) => {
  const name = `${parent}/keyRings/${requiredId(query, 'keyRingId')}`;
  readInput(body, () => undefined, ['name', 'createTime']);
  authorize('cloudkms.keyRings.create', parent);
  if (rings.has(name)) throw alreadyExists(name, 'KeyRing');
  return showRing(addRing(rings, name, now));
};

export const getKeyRing: Operation = (context, { name }) => {
  context.authorize('cloudkms.keyRings.get', name);
  return showRing(findRing(context, name));
};

export const listKeyRings: Operation = ({ rings, authorize }, { name: parent, query }) => {
  authorize('cloudkms.keyRings.list', parent);
  const { items, rest } = page(
    [...rings.values()].filter(({ name }) => name.startsWith(`${parent}/`)),
    query,
  );
  return { ...(items.length > 0 && { keyRings: items.map(showRing) }), ...rest };
};

/** Needs no permission, and does not tell whether the resource exists. */
export const testIamPermissions: Operation = ({ permitted }, { name, body }) => {
  const asked = readInput(body, (fields) => fields.list('permissions'), ['resource']).map(String);
  const wrong = asked.find((permission) => !/^cloudkms\.[a-zA-Z]+\.[a-zA-Z]+$/.test(permission));
  if (wrong !== undefined) throw invalidArgument(`Permission ${wrong} is not valid for this resource.`);
  const permissions = permitted(asked, name);
  return permissions.length > 0 ? { permissions } : {};
};
