import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { keyMaterial, type KeyMaterial } from '../../../src/crypto/key-material.ts';
import type { KeyType } from '../../../src/crypto/key-type.ts';
import { recordedAttempt, type RecordedAttempt } from '../../../src/providers/attempt.ts';
import { ProviderError } from '../../../src/providers/errors.ts';
import type { Observation, Performed } from '../../../src/providers/observation.ts';
import type { Desired } from '../../../src/providers/planner.ts';
import type { KmsClient, KmsDriver, Target } from '../../../src/providers/port.ts';
import type { Protection, Purpose } from '../../../src/providers/spec.ts';
import { HOME, stepText, type CreateStep, type RepeatableStep, type Step } from '../../../src/providers/step.ts';
import { known, type Known } from '../contract/known.ts';

const CURVES = { 'ecdsa-p256': 'P-256', 'ecdsa-p384': 'P-384', 'ecdsa-p521': 'P-521' } as const;
/** RSA keys take long to make: each version of each test has the same. */
const materials = new Map<string, Buffer>();

/** The material of a version of any key of a type. */
export function materialOf(type: KeyType, version: number): Buffer {
  const name = `${type}/${version}`;
  const made = materials.get(name) ?? generate(type);
  materials.set(name, made);
  return Buffer.from(made);
}

function generate(type: KeyType): Buffer {
  if (type === 'aes256-gcm96') return randomBytes(32);
  const encode = { type: 'pkcs8', format: 'der' } as const;
  if (type === 'rsa-2048' || type === 'rsa-3072' || type === 'rsa-4096') {
    return generateKeyPairSync('rsa', { modulusLength: Number(type.slice(4)) }).privateKey.export(encode);
  }
  return generateKeyPairSync('ec', { namedCurve: CURVES[type] }).privateKey.export(encode);
}

/** SHA-256 of a version's material, hex, as the fake shows what it holds. */
export const digestOf = (type: KeyType, version: number): string =>
  createHash('sha256').update(materialOf(type, version)).digest('hex');

export interface SceneOptions {
  readonly name?: string;
  readonly keyType?: KeyType;
  readonly protection?: Protection;
  readonly purposes?: readonly Purpose[];
}

/** One distribution with its record, as the engine keeps it. */
export interface Scene {
  readonly known: Known;
  readonly name: string;
  readonly signal: AbortSignal;
  target(): Target;
  plan(desired: Desired): readonly Step[];
  attempt(version: number): RecordedAttempt;
  /** Takes a step, and records what it returns. */
  take(step: Step, client?: KmsClient): Promise<Performed>;
  /** Takes all steps to a desired state. @returns them */
  reach(desired: Desired): Promise<readonly Step[]>;
}

/** Material that was handed out and is not destroyed. */
export const alive = new Set<KeyMaterial>();

export function scene(
  driver: KmsDriver,
  client: KmsClient,
  {
    name = 'k-1700000000',
    keyType = 'rsa-2048',
    protection = 'hsm',
    purposes = ['decrypt', 'encrypt'],
  }: SceneOptions = {},
): Scene {
  const record = known(name);
  const { signal } = new AbortController();
  let wrappingKey = 'az_ure-wrapping-1700000000';
  let attempts = 0;
  const labels = (version?: number): Readonly<Record<string, string>> => ({
    key_name: name,
    'vault-keymgmt-mount': 'mount',
    'vault-keymgmt-kms': 'azure',
    'vault-keymgmt-key': 'k',
    ...(version === undefined ? {} : { 'vault-keymgmt-version': String(version) }),
  });
  const target = (): Target => ({
    ...record.target(),
    keyType,
    protection,
    purposes,
    wrappingKey: record.recorded().wrappingKey ?? wrappingKey,
    labels,
    ours: (place) => (place === HOME ? record.objects : []),
    material: async (version) => {
      const made = keyMaterial(materialOf(keyType, version));
      const watched: KeyMaterial = {
        ...made,
        destroy: () => {
          alive.delete(watched);
          made.destroy();
        },
      };
      alive.add(watched);
      return watched;
    },
  });
  const attempt = (version: number): RecordedAttempt =>
    recordedAttempt({ attempt: `attempt-${++attempts}`, version, distributedName: name });
  const take: Scene['take'] = async (step, by = client) => {
    const done = await (step.action === 'create'
      ? by.create(step, attempt(step.version), target(), signal)
      : by.perform(step, target(), signal));
    const isGone = (each: Observation): boolean => each.of === 'wrapping_key' && each.state === 'gone';
    if (done.seen.some(isGone)) wrappingKey = `${wrappingKey}0`;
    record.learn(done.seen.filter((each) => !isGone(each)));
    return done;
  };
  const plan: Scene['plan'] = (desired) => driver.plan(desired, record.recorded(), target());
  return {
    known: record,
    name,
    signal,
    target,
    plan,
    attempt,
    take,
    async reach(desired) {
      const steps = plan(desired);
      for (const step of steps) await take(step);
      expect(plan(desired), steps.map(stepText).join(', ')).toEqual([]);
      return steps;
    },
  };
}

export const creating = (version: number, to: CreateStep['to'] = 'enabled'): CreateStep => ({
  action: 'create',
  version,
  place: HOME,
  to,
});

export const on = (version: number, action: 'enable' | 'disable' | 'set_current'): RepeatableStep => ({
  action,
  version,
  place: HOME,
});

export const TAKE_NAME = { action: 'create_container', place: HOME } as const;
export const MAKE_KEK = { action: 'create_wrapping_key', place: HOME } as const;
export const removing = (id: string): RepeatableStep => ({ action: 'remove_container', place: HOME, id });

/** What a call fails with, which has to be a ProviderError. */
export async function failureOf(call: Promise<unknown>): Promise<ProviderError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProviderError)) throw new Error('no ProviderError', { cause: error });
  return error;
}
