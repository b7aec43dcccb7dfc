import { codedError, type BackendContext } from '../../logical/index.ts';
import type { NameSurvey } from '../../providers/port.ts';
import { withinBudget } from '../../support/budget.ts';
import { knownIds, type Distribution } from '../records/distribution.ts';
import type { DistributionRef } from '../records/distribution-store.ts';
import { loadDistribution } from '../load-distribution.ts';
import type { Mount } from '../mount.ts';
import { askForName, checkAhead, mayBeAhead } from './ahead.ts';

/** How long a KMS may take to list its names: the look at the others waits for that. */
const SURVEY_MS = 10_000;

/** Engages the restore guard when the name of a distribution is ahead of storage. */
export type NameInspection = (
  context: BackendContext,
  ref: DistributionRef,
  distribution: Distribution,
) => Promise<void>;

/**
 * Makes the inspection for a look at all distributions. All names of a KMS are listed once, so that healthy
 * distributions cost no cloud call each. A KMS that does not answer is left out: each change asks for the name itself.
 */
export function nameInspection(mount: Mount): NameInspection {
  const surveys = new Map<string, Promise<NameSurvey | undefined>>();

  const survey = async ({ storage, signal }: BackendContext, kms: string): Promise<NameSurvey | undefined> => {
    const config = await mount.kms.get(storage, kms, signal);
    if (!config) return undefined;
    const spent = (): Error => codedError(504, 'the KMS did not list its names in time');
    const budget = { timer: mount.timer, milliseconds: SURVEY_MS, outer: signal, spent };
    return withinBudget(budget, (own) => mount.clients.use(kms, config, (client) => client.surveyNames(own))).catch(
      (error: unknown) => {
        if (signal.aborted) throw error;
        return undefined;
      },
    );
  };

  return async (context, ref, distribution) => {
    if (!mayBeAhead(distribution)) return;
    let names = surveys.get(ref.kms);
    if (!names) {
      names = survey(context, ref.kms);
      surveys.set(ref.kms, names);
      // One that was broken off says nothing to the next tick.
      names.catch(() => surveys.delete(ref.kms));
    }
    const seen = await names;
    const target = seen?.outcome === 'seen' ? seen.targets.get(distribution.name) : undefined;
    if (target === undefined || knownIds(distribution).includes(target)) return;
    const loaded = await loadDistribution(mount, context, ref);
    if (!loaded) return;
    await checkAhead(mount, context, ref, loaded.distribution, await askForName(mount, context, ref, loaded));
  };
}
