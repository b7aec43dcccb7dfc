import type { KmsClient } from '../port.ts';
import { retryWithin, type Retry, type RetryDependencies } from '../http/retry.ts';
import type { Observation } from '../observation.ts';
import type { Calls } from './calls.ts';
import { destroyVersion } from './destroy-version.ts';
import { importJobs } from './import-jobs.ts';
import { importMaterial } from './import-material.ts';
import { inspectVersion, readLabels } from './inspect.ts';
import type { Listing } from './list-all.ts';
import { observeAll, observeName } from './observe.ts';
import { performStep } from './perform.ts';
import { probePermissions } from './probe-permissions.ts';
import { findAttempt, findByLabel, surveyNames } from './search.ts';
import type { Steps } from './steps.ts';

/** Together with the timeout of the last request, less than the 60 seconds after which Vault's clients give up. */
const BUDGET_MS = 45_000;
/** Less than the 20 seconds within which a check must respond. */
const CHECK_MS = 10_000;

/** The Google Cloud KMS client: one CryptoKey for each distributed key, with a CryptoKeyVersion for each version. */
export function gcpClient(calls: Calls, dependencies: RetryDependencies): KmsClient {
  const jobs = importJobs(calls, dependencies);
  const failedImports = new Map<string, number>();
  const retryFor = (signal: AbortSignal, budgetMs = BUDGET_MS): Retry => retryWithin(budgetMs, dependencies, signal);
  const { clock, wait } = dependencies;
  const reading = (signal: AbortSignal): Listing => ({ calls, clock, retry: retryFor(signal), signal });
  const stepsFor = (signal: AbortSignal): Steps => ({ ...reading(signal), wait, jobs, failedImports });

  return {
    create: ({ version }, _attempt, target, signal) => importMaterial(stepsFor(signal), version, target, undefined),
    perform: (step, target, signal) => performStep(stepsFor(signal), step, target),
    find: (attempt, target, signal) => findAttempt(reading(signal), attempt, target),
    removeObject(remoteId, signal) {
      const seen = (state: 'removed' | 'unknown'): Observation => ({ of: 'replaced', id: remoteId, state });
      return destroyVersion(stepsFor(signal), remoteId, seen);
    },
    observe: (target, signal) => observeAll(reading(signal), target),
    observeName: (target, _place, signal) => observeName(reading(signal), target),
    // Credentials belong to no project: the name of the key ring says which one is meant, whoever asks. Whether the objects
    // on record are there is asked for by their ids.
    account: async () => undefined,
    readLabels: (remoteId, signal) => readLabels(reading(signal), remoteId),
    inspect: (remoteId, signal) => inspectVersion(reading(signal), remoteId),
    surveyNames: (signal) => surveyNames(reading(signal)),
    findByLabel: (label, value, signal) => findByLabel(reading(signal), label, value),
    probePermissions: (signal) => probePermissions(calls, retryFor(signal, CHECK_MS), signal),
    close: () => {
      calls.close();
    },
  };
}
