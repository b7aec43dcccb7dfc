import type { KeyMaterial } from '../../src/crypto/key-material.ts';
import { recordedAttempt, type RecordedAttempt } from '../../src/providers/attempt.ts';
import type { NameObservation, Performed, Seen, Unseen } from '../../src/providers/observation.ts';
import type { KmsClient, Search } from '../../src/providers/port.ts';
import { HOME } from '../../src/providers/step.ts';
import { material as filledWith, NAME, targetOf } from './target.ts';

/** An open account, and the signal that its calls take. */
export interface Opened {
  readonly client: KmsClient;
  readonly signal: AbortSignal;
}

/** What the engine knows about the distributed name. */
export interface Claim {
  readonly owned: boolean;
  readonly ours: readonly string[];
}

const attemptOf = (version: number, attempt: string): RecordedAttempt =>
  recordedAttempt({ attempt, version, distributedName: NAME });

/** Makes the object of a version, as the attempt `attempt-<version>` unless it says otherwise. */
export async function create(
  { client, signal }: Opened,
  version = 1,
  attempt = `attempt-${version}`,
): Promise<Performed> {
  const step = { action: 'create', version, place: HOME, to: 'created' } as const;
  return client.create(step, attemptOf(version, attempt), targetOf(), signal);
}

/** The id of an object that was just made. */
export function idIn({ seen }: Performed): string {
  const id = seen.find((each) => each.of === 'version')?.id;
  if (id === undefined) throw new Error('no version was made');
  return id;
}

/** {@link create}, for the id. */
export const createdId = async (at: Opened, version: number, attempt?: string): Promise<string> =>
  idIn(await create(at, version, attempt));

export async function find({ client, signal }: Opened, attempt: string, version = 1): Promise<Search> {
  return client.find(attemptOf(version, attempt), undefined, signal);
}

export async function importMaterial(
  { client, signal }: Opened,
  version: number,
  id: string,
  material: () => KeyMaterial = () => filledWith(version),
): Promise<Performed> {
  const target = targetOf({ ids: { [version]: id }, material });
  return client.perform({ action: 'import', version, place: HOME, to: 'enabled' }, target, signal);
}

export const enable = (at: Opened, id: string): Promise<Performed> => onOne(at, 'enable', id);
export const disable = (at: Opened, id: string): Promise<Performed> => onOne(at, 'disable', id);
export const remove = (at: Opened, id: string): Promise<Performed> => onOne(at, 'remove', id);

async function onOne(
  { client, signal }: Opened,
  action: 'enable' | 'disable' | 'remove',
  id: string,
): Promise<Performed> {
  return client.perform({ action, version: 1, place: HOME }, targetOf({ ids: { 1: id } }), signal);
}

export async function setCurrent(
  { client, signal }: Opened,
  version: number,
  id: string,
  { owned, ours }: Claim,
): Promise<Performed> {
  const target = targetOf({ ids: { [version]: id }, ours, ownsName: owned });
  return client.perform({ action: 'set_current', version, place: HOME }, target, signal);
}

export async function removeName({ client, signal }: Opened, ours: readonly string[], name = NAME): Promise<Performed> {
  return client.perform({ action: 'remove_name', place: HOME }, targetOf({ ours, name }), signal);
}

/** What is said of one object when all of a distribution is asked for. */
export async function observe({ client, signal }: Opened, id: string): Promise<Seen['versions'][number] | undefined> {
  return (await client.observe(targetOf({ ids: { 1: id } }), signal)).versions[0];
}

/** What is said of the name of a distribution of these objects, which are its versions from 1. */
export async function observeName(
  { client, signal }: Opened,
  ours: readonly string[],
  name = NAME,
): Promise<NameObservation | Unseen> {
  const ids = Object.fromEntries(ours.map((id, index) => [index + 1, id]));
  return client.observeName(targetOf({ ids, name }), HOME, signal);
}
