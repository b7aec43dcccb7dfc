import { fingerprintOf, noteRead } from './clock-effects.ts';
import type { Operation } from './context.ts';
import { VERSION_STATES } from './enums.ts';
import { failedPrecondition, invalidArgument } from './errors.ts';
import { readInput } from './input.ts';
import { findKey, findVersion } from './look-up.ts';
import { generateMaterial } from './material.ts';
import { page } from './pages.ts';
import type { CryptoKey, CryptoKeyVersion } from './state.ts';
import { showVersion } from './views.ts';

/** Adds the next version of a key; numbers start at 1 and are never used again. */
export function addVersion(
  key: CryptoKey,
  given: Partial<CryptoKeyVersion> & Pick<CryptoKeyVersion, 'algorithm' | 'createdAt' | 'state'>,
): CryptoKeyVersion {
  const number = key.versions.length + 1;
  const version = {
    ...{ name: `${key.name}/cryptoKeyVersions/${number}`, number },
    ...{ protectionLevel: key.template.protectionLevel, usesLeft: 0, material: undefined, fingerprint: undefined },
    ...{
      importJob: undefined,
      importedAt: undefined,
      wrapped: undefined,
      failure: undefined,
      pending: undefined,
      destroyAt: undefined,
    },
    ...given,
  };
  key.versions.push(version);
  return version;
}

export function generateVersion(key: CryptoKey, now: number): CryptoKeyVersion {
  const { algorithm } = key.template;
  const material = generateMaterial(algorithm);
  const fingerprint = fingerprintOf(material);
  return addVersion(key, { algorithm, createdAt: now, state: 'ENABLED', material, fingerprint });
}

export const createCryptoKeyVersion: Operation = (context, { name, body }) => {
  readInput(body, () => undefined, ['name', 'state', 'createTime', 'protectionLevel', 'algorithm']);
  context.authorize('cloudkms.cryptoKeyVersions.create', name);
  const key = findKey(context, name);
  if (key.importOnly) throw failedPrecondition(`CryptoKey ${name} may contain imported versions only.`);
  return showVersion(generateVersion(key, context.now), context.show);
};

export const listCryptoKeyVersions: Operation = (context, { name: parent, query }) => {
  context.authorize('cloudkms.cryptoKeyVersions.list', parent);
  const { versions } = findKey(context, parent);
  const [, state] = /^\s*state\s*[:=]\s*"?([A-Z_]+)"?\s*$/.exec(query.get('filter') ?? '') ?? [];
  if (query.get('filter') && state === undefined) throw invalidArgument('The fake filters by state only.');
  const { items, rest } = page(
    versions.filter((version) => state === undefined || version.state === state),
    query,
  );
  const view = items.map((version) => showVersion(version, context.show));
  items.forEach(noteRead);
  return { ...(view.length > 0 && { cryptoKeyVersions: view }), ...rest };
};

export const getCryptoKeyVersion: Operation = (context, { name }) => {
  context.authorize('cloudkms.cryptoKeyVersions.get', name);
  const { version } = findVersion(context, name);
  const view = showVersion(version, context.show);
  noteRead(version);
  return view;
};

export const updateCryptoKeyVersion: Operation = (context, { name, query, body }) => {
  if (query.get('updateMask') !== 'state') throw invalidArgument('update_mask must be: state');
  const OUTPUT_ONLY = ['name', 'protectionLevel', 'algorithm', 'createTime', 'generateTime', 'importJob', 'importTime'];
  const state = readInput(body, (fields) => fields.oneOf(VERSION_STATES, 'state'), OUTPUT_ONLY);
  if (state !== 'ENABLED' && state !== 'DISABLED') {
    throw invalidArgument('crypto_key_version.state must be ENABLED or DISABLED.');
  }
  context.authorize('cloudkms.cryptoKeyVersions.update', name);
  const { version } = findVersion(context, name);
  assertReady(version, 'updated');
  if (version.state === 'ENABLED' && state === 'DISABLED') version.usesLeft = context.staleUses;
  version.state = state;
  return showVersion(version, context.show);
};

export const destroyCryptoKeyVersion: Operation = (context, { name, body }) => {
  readInput(body, () => undefined, ['name']);
  context.authorize('cloudkms.cryptoKeyVersions.destroy', name);
  const { key, version } = findVersion(context, name);
  assertReady(version, 'destroyed');
  version.state = 'DESTROY_SCHEDULED';
  version.destroyAt = context.now + key.destroyScheduledMs;
  return showVersion(version, context.show);
};

export const restoreCryptoKeyVersion: Operation = (context, { name, body }) => {
  readInput(body, () => undefined, ['name']);
  context.authorize('cloudkms.cryptoKeyVersions.restore', name);
  const { version } = findVersion(context, name);
  if (version.state !== 'DESTROY_SCHEDULED') throw inState(version, 'restored');
  version.state = 'DISABLED';
  version.destroyAt = undefined;
  return showVersion(version, context.show);
};

/** In PENDING_IMPORT and IMPORT_FAILED a version may not be "used, enabled, disabled, or destroyed" (resources.proto). */
function assertReady(version: CryptoKeyVersion, what: string): void {
  if (version.state !== 'ENABLED' && version.state !== 'DISABLED') throw inState(version, what);
}

function inState({ name, state }: CryptoKeyVersion, what: string): Error {
  return failedPrecondition(`${name} cannot be ${what}, current state is: ${state}.`, `KEY_${state}`, name);
}
