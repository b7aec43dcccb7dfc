import type { Storage } from '../../src/logical/index.ts';
import { awsDriver } from '../../src/providers/aws/driver.ts';
import { azureDriver } from '../../src/providers/azure/driver.ts';
import { gcpDriver } from '../../src/providers/gcp/driver.ts';
import type { Clock } from '../../src/support/clock.ts';
import { startEngine, type Engine } from '../support/engine.ts';

/** What an engine of any release is started with. */
export interface Surroundings {
  readonly storage: Storage;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Of the AWS adapter. */
  readonly retry: {
    readonly clock: Clock;
    readonly random: () => number;
    readonly wait: (milliseconds: number) => Promise<void>;
  };
}

/** The API of an engine in this process, whatever its release. */
export type ReleasedEngine = Pick<Engine, 'request' | 'write' | 'read' | 'tick'>;

/** Starts an engine with the AWS adapter of its release. */
export type Release = (surroundings: Surroundings) => Promise<ReleasedEngine>;

/** Id of the mount in all releases, which labels what it makes. */
export const MOUNT = '5f4dd6a8-0000-4000-8000-000000000001';

/** The release of this working tree. */
export const presentRelease: Release = ({ storage, env, clock, retry }) => {
  const drivers = {
    awskms: awsDriver({ env, retry }),
    azurekeyvault: azureDriver({ env, retry }),
    gcpckms: gcpDriver({ env, retry }),
  };
  return startEngine({ drivers, storage, clock, backendUUID: MOUNT });
};

/** Sends a write. @throws {Error} with the text of an error answer */
export async function write(engine: ReleasedEngine, path: string, data = {}): Promise<void> {
  const error = await refusalOf(engine.write(path, data));
  if (error !== undefined) throw new Error(`${path}: ${error}`);
}

/** Sends a delete. @throws {Error} with the text of an error answer */
export async function remove(engine: ReleasedEngine, path: string, data = {}): Promise<void> {
  const error = await refusalOf(engine.request('delete', path, data));
  if (error !== undefined) throw new Error(`${path}: ${error}`);
}

/** Names of a list. */
export async function list(engine: ReleasedEngine, path: string): Promise<unknown> {
  return (await engine.request('list', path))?.data?.['keys'];
}

/** The error that a request ends with, in words, whatever the status; undefined where it succeeds. */
export async function refusalOf(answer: ReturnType<ReleasedEngine['request']>): Promise<string | undefined> {
  try {
    const error = (await answer)?.data?.['error'];
    return typeof error === 'string' ? error : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown';
  }
}
