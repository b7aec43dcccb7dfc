import { epochSeconds, type Context, type Operations } from './context.ts';
import { invalid, KmsError, limitExceeded } from './errors.ts';
import { readInput, type Body } from './input.ts';
import { requireState } from './key-state.ts';
import { specFacts } from './key-specs.ts';
import { findAlias, findKey } from './look-up.ts';
import { page, readPage } from './pages.ts';
import { aliasArn, type Alias, type Key } from './state.ts';

const ALIASES_PER_KEY = 50;

/** Aliases that every account has, even without a target key (AWS: ListAliases). */
const PREDEFINED = [{ name: 'alias/aws/ebs' }, { name: 'alias/aws/s3' }];

/** @throws {KmsError} ValidationException for anything but `alias/` and 1 to 250 of `[a-zA-Z0-9/_-]` */
function readAliasName(body: Body): string {
  const name = readInput(body, (fields) =>
    fields.text('AliasName', { min: 1, max: 256, pattern: /^[a-zA-Z0-9:/_-]+$/ }),
  );
  if (!name.startsWith('alias/'))
    throw invalid(
      'Alias must start with the prefix "alias/". Please see http://docs.aws.amazon.com/kms/latest/developerguide/programming-aliases.html',
    );
  if (!/^alias\/[a-zA-Z0-9/_-]+$/.test(name)) {
    throw invalid(`${name} contains invalid characters for an alias`);
  }
  if (name.startsWith('alias/aws/')) throw new KmsError('NotAuthorizedException', '');
  return name;
}

function aliasesOf(context: Context, key: Key): number {
  return [...context.region.aliases.values()].filter((alias) => alias.keyId === key.id).length;
}

function requireRoom(context: Context, key: Key): void {
  if (aliasesOf(context, key) >= ALIASES_PER_KEY) {
    throw limitExceeded(`The KMS key ${key.arn} has ${ALIASES_PER_KEY} aliases already`);
  }
}

/** Attributes that UpdateAlias requires to be the same for the old and the new key. */
function typeOf(key: Key): string {
  const { kind } = specFacts(key.spec).material;
  return `${kind === 'rsa' || kind === 'ec' ? 'asymmetric' : kind} ${key.usage}`;
}

export const aliasOperations: Operations = {
  CreateAlias(context, body) {
    const name = readAliasName(body);
    const key = findKey(context, body, 'keys', 'TargetKeyId');
    if (context.region.aliases.has(name)) {
      throw new KmsError(
        'AlreadyExistsException',
        `An alias with the name ${aliasArn(context.region, name)} already exists`,
      );
    }
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    requireRoom(context, key);
    context.region.aliases.set(name, { name, keyId: key.id, createdAt: context.now, updatedAt: context.now });
    return undefined;
  },

  UpdateAlias(context, body) {
    const name = readAliasName(body);
    const alias = findAlias(context, name);
    const key = findKey(context, body, 'keys', 'TargetKeyId');
    requireState(key, 'Enabled', 'Disabled', 'PendingImport');
    if (alias.keyId === key.id) return undefined;
    const old = context.region.keys.get(alias.keyId);
    if (old !== undefined && typeOf(old) !== typeOf(key)) {
      throw invalid(`Alias ${name} cannot be changed from a ${typeOf(old)} key to a ${typeOf(key)} key`);
    }
    requireRoom(context, key);
    alias.keyId = key.id;
    alias.updatedAt = context.now;
    return undefined;
  },

  DeleteAlias(context, body) {
    const name = readAliasName(body);
    context.region.aliases.delete(findAlias(context, name).name);
    return undefined;
  },

  ListAliases(context, body) {
    const request = readInput(body, (fields) => readPage(fields, 50, 100));
    const key = body['KeyId'] === undefined ? undefined : findKey(context, body);
    const all: (Alias | { readonly name: string })[] = [...context.region.aliases.values()];
    const listed =
      key === undefined ? [...PREDEFINED, ...all] : all.filter((alias) => 'keyId' in alias && alias.keyId === key.id);
    const { items, rest } = page(listed, (alias) => alias.name, request);
    const aliases = items.map((alias) => ({
      AliasName: alias.name,
      AliasArn: aliasArn(context.region, alias.name),
      ...('keyId' in alias
        ? {
            TargetKeyId: alias.keyId,
            CreationDate: epochSeconds(alias.createdAt),
            LastUpdatedDate: epochSeconds(alias.updatedAt),
          }
        : {}),
    }));
    return { Aliases: aliases, ...rest };
  },
};
