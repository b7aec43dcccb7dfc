import { createBackend, readCache } from '../framework/index.ts';
import type { BackendFactory } from '../logical/index.ts';
import { keyedMutex } from '../support/keyed-mutex.ts';
import type { Logger } from '../support/logger.ts';
import { consistencyWindow } from './consistency-window.ts';
import { distributionStore } from './records/distribution-store.ts';
import { orphanStore } from './records/orphan.ts';
import { workQueue } from './work-queue.ts';
import { restoreGuard } from './guard/restore-guard.ts';
import { keyChangeStore } from './records/key-change.ts';
import { keyStore } from './records/key-store.ts';
import { MATERIAL_PREFIX, materialStore } from './records/material.ts';
import { clientCache } from './clients.ts';
import { engineEvents, type EngineEvents } from './events.ts';
import { figures } from './figures.ts';
import { KMS_PREFIX, kmsStore } from './records/kms.ts';
import type { EngineDependencies, Mount } from './mount.ts';
import { distributionPath } from './paths/distribution-path.ts';
import { cyclonedxPath } from './paths/cyclonedx-path.ts';
import { evidencePath } from './paths/evidence-path.ts';
import { forceRemovePath } from './paths/force-remove-path.ts';
import { keyPath } from './paths/key-path.ts';
import { kmsCheckPath } from './paths/kms-check-path.ts';
import { kmsPath } from './paths/kms-path.ts';
import { listKeysInKmsPath, listKeysPath, listKmsOfKeyPath, listKmsPath } from './paths/list-paths.ts';
import { deleteOrphanPath, listOrphansPath, orphanPath } from './paths/orphan-paths.ts';
import { mountStatusPath } from './paths/mount-status-path.ts';
import { infoPath } from './paths/info-path.ts';
import { metricsPath } from './paths/metrics-path.ts';
import { restoreGuardPath } from './paths/restore-guard-path.ts';
import { listLostKeysPath, lostKeyPath } from './paths/lost-key-path.ts';
import { rotateKeyPath } from './paths/rotate-key-path.ts';
import { inventoryPath } from './paths/inventory-path.ts';
import { kmsStatusPath } from './paths/kms-status-path.ts';
import { statusPath } from './paths/status-path.ts';
import { syncPath } from './paths/sync-path.ts';
import { RECORD_SIZES } from './records/record-parts.ts';
import { periodicWork } from './operations/periodic/periodic.ts';
import { reportLeftBehind } from './operations/report-left-behind.ts';

const HELP = `
The Key Management secrets engine makes and keeps cryptographic keys and
distributes copies of them to key management services (KMS) in the cloud.
`;

/** Makes the factory of Key Management mounts (Vault: mount type `keymgmt`). */
export function keymgmtFactory(dependencies: EngineDependencies): BackendFactory {
  return ({ backendUUID, logger, events }) => {
    const { clock } = dependencies;
    const mount = newMount(dependencies, { id: backendUUID, logger, events: engineEvents(events) });
    const tick = periodicWork(mount);
    return createBackend({
      help: HELP,
      paths: [
        listKeysPath(mount),
        keyPath(mount),
        rotateKeyPath(mount),
        listKmsOfKeyPath(mount),
        listKmsPath(mount),
        kmsPath(mount),
        listKeysInKmsPath(mount),
        distributionPath(mount),
        forceRemovePath(mount),
        statusPath(mount),
        evidencePath(mount),
        syncPath(mount),
        kmsStatusPath(mount),
        kmsCheckPath(mount),
        listOrphansPath(mount),
        orphanPath(mount),
        deleteOrphanPath(mount),
        listLostKeysPath(mount),
        lostKeyPath(mount),
        restoreGuardPath(mount),
        inventoryPath(mount),
        cyclonedxPath(mount),
        mountStatusPath(mount),
        infoPath(mount),
        metricsPath(mount),
      ],
      specialPaths: { sealWrapStorage: [MATERIAL_PREFIX, KMS_PREFIX] },
      // A mount that goes is given no other chance.
      periodic: async (context) => tick(context, context.immediate || (await context.system.tainted(context.signal))),
      // What storage held may be another by now: a fail-over, a restore.
      initialize: async () => {
        mount.readCache.clear();
      },
      invalidate: (key) => {
        mount.readCache.invalidate(key);
      },
      cleanup: async (context) => {
        mount.readCache.clear();
        if (context) await reportLeftBehind(mount, context);
        mount.clients.forgetAll();
      },
      clock,
    });
  };
}

interface Given {
  readonly id: string;
  readonly logger: Logger;
  readonly events: EngineEvents;
}

function newMount(dependencies: EngineDependencies, { id, logger, events }: Given): Mount {
  const { clock, newAttempt, drivers, recordSizes = RECORD_SIZES } = dependencies;
  const cache = readCache({ clock });
  const distributions = distributionStore(recordSizes, cache);
  const counted = figures(clock);
  return {
    ...dependencies,
    id,
    logger,
    events,
    figures: counted,
    readCache: cache,
    keys: keyStore(recordSizes, cache),
    materials: materialStore(),
    keyChanges: keyChangeStore(),
    kms: kmsStore(),
    distributions,
    guard: restoreGuard({ clock, logger, events, newEpoch: newAttempt, distributions }),
    orphans: orphanStore(),
    clients: clientCache(drivers, counted, clock),
    keyLock: keyedMutex(),
    kmsLock: keyedMutex(),
    consistency: consistencyWindow(clock),
    workQueue: workQueue(clock),
    unsavedIds: new Map(),
    verified: new WeakMap(),
    materialCleanup: { needed: true },
  };
}
