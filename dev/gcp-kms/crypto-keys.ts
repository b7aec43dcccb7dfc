import { factsOf } from './algorithms.ts';
import type { Operation } from './context.ts';
import { ALGORITHMS, PROTECTION_LEVELS, PURPOSES } from './enums.ts';
import { alreadyExists, failedPrecondition, invalidArgument, notFound } from './errors.ts';
import { readInput, type Fields } from './input.ts';
import { checkLabels } from './labels.ts';
import { findKey, findRing } from './look-up.ts';
import { page } from './pages.ts';
import { requiredId } from './resource-ids.ts';
import type { CryptoKey } from './state.ts';
import { showKey } from './views.ts';
import { generateVersion } from './versions.ts';

const DAY_MS = 24 * 60 * 60_000;

export const createCryptoKey: Operation = (context, { name: parent, query, body }) => {
  const id = requiredId(query, 'cryptoKeyId');
  const skipsVersion = query.get('skipInitialVersionCreation') === 'true';
  const given = readKey(body);
  const { importOnly } = given;
  if (importOnly && !skipsVersion) {
    throw invalidArgument('skip_initial_version_creation must be true for a CryptoKey that is import_only.');
  }
  context.authorize('cloudkms.cryptoKeys.create', parent);
  const { keys } = findRing(context, parent);
  const name = `${parent}/cryptoKeys/${id}`;
  if (keys.has(name)) throw alreadyExists(name, 'CryptoKey');
  const key: CryptoKey = {
    ...{ name, ...given, createdAt: context.now },
    ...{ versions: [], primary: undefined, formerPrimary: undefined },
  };
  if (!skipsVersion) {
    generateVersion(key, context.now);
    if (key.purpose === 'ENCRYPT_DECRYPT') key.primary = 1;
  }
  keys.set(name, key);
  return showKey(key, context.show);
};

type Given = Pick<CryptoKey, 'purpose' | 'importOnly' | 'template' | 'destroyScheduledMs' | 'labels'>;

function readKey(body: Readonly<Record<string, unknown>>): Given {
  const fields = readInput(body, read, ['name', 'primary', 'createTime']);
  const { purpose, labels = {}, importOnly, destroyScheduledMs = 30 * DAY_MS } = fields;
  if (purpose === undefined) throw invalidArgument('crypto_key.purpose is required.');
  const { algorithm, protectionLevel = 'SOFTWARE' } = readInput(fields.template, (template) => ({
    algorithm: template.oneOf(ALGORITHMS, 'algorithm'),
    protectionLevel: template.oneOf(PROTECTION_LEVELS, 'protectionLevel'),
  }));
  const implied = purpose === 'ENCRYPT_DECRYPT' ? 'GOOGLE_SYMMETRIC_ENCRYPTION' : undefined;
  const used = algorithm ?? implied;
  if (used === undefined) throw invalidArgument('crypto_key.version_template.algorithm is required.');
  if (factsOf(used).purpose !== purpose) {
    throw invalidArgument(`The algorithm ${used} cannot be used with the purpose ${purpose}.`);
  }
  // A key that takes imports only may be destroyed at once (CryptoKey.destroy_scheduled_duration, key destruction).
  if (destroyScheduledMs < (importOnly ? 0 : DAY_MS) || destroyScheduledMs > 120 * DAY_MS) {
    throw invalidArgument('crypto_key.destroy_scheduled_duration is out of range.');
  }
  checkLabels(labels);
  return { purpose, importOnly, template: { algorithm: used, protectionLevel }, destroyScheduledMs, labels };
}

function read(fields: Fields) {
  return {
    purpose: fields.oneOf(PURPOSES, 'purpose'),
    template: fields.object('versionTemplate') ?? {},
    labels: fields.map('labels'),
    importOnly: fields.flag('importOnly'),
    destroyScheduledMs: fields.duration('destroyScheduledDuration'),
  };
}

export const getCryptoKey: Operation = (context, { name }) => {
  context.authorize('cloudkms.cryptoKeys.get', name);
  return showKey(findKey(context, name), context.show);
};

export const listCryptoKeys: Operation = (context, { name: parent, query }) => {
  context.authorize('cloudkms.cryptoKeys.list', parent);
  const { items, rest } = page([...findRing(context, parent).keys.values()], query);
  return { ...(items.length > 0 && { cryptoKeys: items.map((key) => showKey(key, context.show)) }), ...rest };
};

/** Only labels can be changed here; rotation schedules do not exist for imported material. */
export const updateCryptoKey: Operation = (context, { name, query, body }) => {
  if (query.get('updateMask') !== 'labels') throw invalidArgument('update_mask must be: labels');
  const labels = readInput(body, (fields) => ({ ...read(fields) }), ['name', 'primary', 'createTime']).labels ?? {};
  checkLabels(labels);
  context.authorize('cloudkms.cryptoKeys.update', name);
  const key = findKey(context, name);
  key.labels = labels;
  return showKey(key, context.show);
};

export const updatePrimaryVersion: Operation = (context, { name, body }) => {
  const id = readInput(body, (fields) => fields.text('cryptoKeyVersionId'), ['name']);
  if (id === undefined || id === '') throw invalidArgument('crypto_key_version_id is required.');
  context.authorize('cloudkms.cryptoKeys.update', name);
  const key = findKey(context, name);
  if (key.purpose !== 'ENCRYPT_DECRYPT') {
    throw invalidArgument(`A CryptoKey with the purpose ${key.purpose} has no primary version.`);
  }
  const version = key.versions.find((each) => String(each.number) === id);
  if (version === undefined) throw notFound(`${name}/cryptoKeyVersions/${id}`, 'CryptoKeyVersion');
  if (version.state !== 'ENABLED') {
    throw failedPrecondition(`${version.name} is not enabled, current state is: ${version.state}.`);
  }
  if (key.primary !== version.number) {
    key.formerPrimary = key.primary === undefined ? undefined : { number: key.primary, usesLeft: context.staleUses };
    key.primary = version.number;
  }
  return showKey(key, context.show);
};
