import type { KeyGenerator } from '../crypto/generate-key.ts';
import type { ReadCache } from '../framework/index.ts';
import type { Performed } from '../providers/observation.ts';
import type { KmsClient, KmsDrivers } from '../providers/port.ts';
import type { Timer } from '../support/budget.ts';
import type { Clock } from '../support/clock.ts';
import type { ProcessFigures } from '../support/process-figures.ts';
import type { KeyedMutex } from '../support/keyed-mutex.ts';
import type { Logger } from '../support/logger.ts';
import type { ConsistencyWindow } from './consistency-window.ts';
import type { BuildInfo } from './build-info.ts';
import type { DistributedNames } from './distributed-names.ts';
import type { EngineEvents } from './events.ts';
import type { Figures } from './figures.ts';
import type { DistributionStore } from './records/distribution-store.ts';
import type { OrphanStore } from './records/orphan.ts';
import type { WorkQueue } from './work-queue.ts';
import type { RestoreGuard } from './guard/restore-guard.ts';
import type { KeyChangeStore } from './records/key-change.ts';
import type { KeyStore } from './records/key-store.ts';
import type { MaterialStore } from './records/material.ts';
import type { ClientCache } from './clients.ts';
import type { KmsStore } from './records/kms.ts';
import type { RecordSizes } from './records/record-parts.ts';

/** What the engine takes from outside; one set serves all mounts of the process. */
export interface EngineDependencies {
  readonly drivers: KmsDrivers;
  readonly generateKey: KeyGenerator;
  /** Makes the random id of an attempt to create a cloud object (UUID). */
  readonly newAttempt: () => string;
  /** Names what is distributed; the same for all mounts, so that no two of them give the same name. */
  readonly newName: DistributedNames;
  readonly clock: Clock;
  readonly timer: Timer;
  /** @default a build of which nothing is known */
  readonly build?: BuildInfo;
  /** Reads what the process costs; absent where nobody asks. */
  readonly processFigures?: () => ProcessFigures;
  /** @default RECORD_SIZES */
  readonly recordSizes?: RecordSizes | undefined;
}

/** Everything that belongs to one mount; nothing here is shared with another. */
export interface Mount extends EngineDependencies {
  /** Stable id of the mount (Vault: backend UUID); labels what it makes in a cloud. */
  readonly id: string;
  readonly logger: Logger;
  readonly events: EngineEvents;
  /** Keys and distributions as reads show them; never material, credentials or orphans. */
  readonly readCache: ReadCache;
  /** What this mount has seen and done since the process started. */
  readonly figures: Figures;
  readonly keys: KeyStore;
  readonly materials: MaterialStore;
  /** Keys that are being created or deleted. */
  readonly keyChanges: KeyChangeStore;
  readonly kms: KmsStore;
  readonly distributions: DistributionStore;
  readonly orphans: OrphanStore;
  /** Whether storage may be behind the cloud. */
  readonly guard: RestoreGuard;
  readonly clients: ClientCache;
  /** By key name: whoever changes a key or its distribution holds it. Taken before {@link Mount.kmsLock}. */
  readonly keyLock: KeyedMutex;
  /** By KMS name: guards that a KMS with distributions is not deleted. Held briefly, never across a cloud call. */
  readonly kmsLock: KeyedMutex;
  readonly consistency: ConsistencyWindow;
  /** Distributions that the cloud does not match yet. */
  readonly workQueue: WorkQueue;
  /** Ids of objects that are shown to carry our labels, or whose labels may not be read, by the client that asked. */
  readonly verified: WeakMap<KmsClient, Set<string>>;
  /** What attempts have made, by attempt, whose recording failed while the process lives; saves a search. */
  readonly unsavedIds: Map<string, Performed>;
  /** Whether a creation or deletion of a key may be unfinished; a new process cannot know, so it begins with yes. */
  readonly materialCleanup: { needed: boolean };
}
