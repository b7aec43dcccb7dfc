import type { Context } from './context.ts';
import { invalid, KmsError, notFound } from './errors.ts';
import type { Body } from './input.ts';
import { aliasArn, keyArn, type Alias, type Key } from './state.ts';

/** The references that an operation accepts: id and key ARN only, or alias name and alias ARN too. */
export type References = 'keys' | 'keysAndAliases';

/**
 * Looks up the key of `KeyId` (or another field). A key that is not visible yet uses up one of its hidden look-ups.
 *
 * @throws {KmsError} ValidationException, NotFoundException, InvalidArnException
 */
export function findKey(context: Context, body: Body, references: References = 'keys', field = 'KeyId'): Key {
  const value = body[field];
  const member = field.charAt(0).toLowerCase() + field.slice(1);
  if (typeof value !== 'string' || value.length === 0 || value.length > 2048) {
    throw invalid(
      `1 validation error detected: Value ${typeof value === 'string' ? `'${value}' ` : 'null '}at '${member}' ` +
        `failed to satisfy constraint: Member must ${typeof value === 'string' ? 'have length between 1 and 2048' : 'not be null'}`,
    );
  }
  const resource = resourceOf(context.region.name, value);
  if (resource.startsWith('alias/')) {
    if (references === 'keys') throw notFoundReference(value);
    return visibleKey(context, findAlias(context, resource).keyId);
  }
  const id = resource.replace(/^key\//, '');
  if (!KEY_ID.test(id)) throw notFoundReference(id);
  return visibleKey(context, id);
}

/** A UUID, or `mrk-` and 32 hex digits for a multi-Region key. */
const KEY_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/;

/** @throws {KmsError} NotFoundException */
export function findAlias(context: Context, name: string): Alias {
  const alias = context.region.aliases.get(name);
  if (alias === undefined) throw notFound(aliasArn(context.region, name), 'Alias');
  return alias;
}

/** The ARN of a reference, for authorization. Does not fail and uses up no hidden look-up. */
export function arnOf(context: Pick<Context, 'region'>, reference: unknown): string {
  if (typeof reference !== 'string') return '*';
  if (reference.startsWith('arn:')) return reference;
  const { region } = context;
  if (!reference.startsWith('alias/')) return keyArn(region, reference);
  const alias = region.aliases.get(reference);
  return alias === undefined ? aliasArn(region, reference) : keyArn(region, alias.keyId);
}

function visibleKey(context: Context, id: string): Key {
  const key = context.region.keys.get(id);
  if (key === undefined) throw notFound(keyArn(context.region, id));
  if (key.lookupsLeft > 0) {
    key.lookupsLeft -= 1;
    throw notFound(key.arn);
  }
  return key;
}

function notFoundReference(reference: string): KmsError {
  return new KmsError('NotFoundException', `Invalid keyId '${reference}'`);
}

function resourceOf(region: string, reference: string): string {
  if (!reference.startsWith('arn:')) return reference;
  const match = /^arn:aws:kms:([^:]+):(\d{12}):((?:key|alias)\/.+)$/.exec(reference);
  const [, arnRegion, , resource] = match ?? [];
  if (arnRegion === undefined || resource === undefined) {
    throw new KmsError('InvalidArnException', `Invalid arn ${reference}`);
  }
  if (arnRegion !== region) throw new KmsError('NotFoundException', `Invalid arn ${arnRegion}`);
  return resource;
}
