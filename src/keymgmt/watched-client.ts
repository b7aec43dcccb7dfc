import { ProviderError } from '../providers/errors.ts';
import type { Seen } from '../providers/observation.ts';
import type { KmsClient } from '../providers/port.ts';
import type { Step } from '../providers/step.ts';
import type { Clock } from '../support/clock.ts';

/** What a call on a cloud was for: the step of a call that changes something, else what was asked. */
export type CloudAction =
  | Step['action']
  | 'remove_orphan'
  | 'find_attempt'
  | 'observe'
  | 'observe_name'
  | 'read_account'
  | 'read_labels'
  | 'inspect'
  | 'survey_names'
  | 'find_labels'
  | 'check_permissions';

/** How a call on a cloud ended. */
export interface CloudCall {
  readonly action: CloudAction;
  /** `ok`, `aborted`, the reason of a ProviderError, or what an observation says where the cloud did not. */
  readonly outcome: string;
  /** The words of the error; undefined where there is none. */
  readonly why: string | undefined;
  readonly seconds: number;
}

interface Outcome {
  readonly outcome: string;
  readonly why?: string;
}

const OK: Outcome = { outcome: 'ok' };

/** A client whose calls are reported, with the time that each took; one call may send many requests. */
export function watchedClient(client: KmsClient, clock: Clock, report: (call: CloudCall) => void): KmsClient {
  const timed = async <T>(
    action: CloudAction,
    call: () => Promise<T>,
    judge: (answer: T) => Outcome = () => OK,
  ): Promise<T> => {
    const begun = clock.monotonic();
    const end = ({ outcome, why }: Outcome): void => {
      report({ action, outcome, why, seconds: (clock.monotonic() - begun) / 1000 });
    };
    try {
      const answer = await call();
      end(judge(answer));
      return answer;
    } catch (error) {
      // Nothing else leaves a driver but what a signal was aborted with.
      end(error instanceof ProviderError ? { outcome: error.reason, why: error.message } : { outcome: 'aborted' });
      throw error;
    }
  };
  return {
    create: (...given) => timed('create', () => client.create(...given)),
    perform: (step, ...given) => timed(step.action, () => client.perform(step, ...given)),
    find: (...given) => timed('find_attempt', () => client.find(...given)),
    removeObject: (...given) => timed('remove_orphan', () => client.removeObject(...given)),
    observe: (...given) => timed('observe', () => client.observe(...given), unseenIn),
    observeName: (...given) => timed('observe_name', () => client.observeName(...given), unseenOf),
    account: (...given) => timed('read_account', () => client.account(...given)),
    readLabels: (...given) => timed('read_labels', () => client.readLabels(...given)),
    inspect: (...given) => timed('inspect', () => client.inspect(...given)),
    surveyNames: (...given) => timed('survey_names', () => client.surveyNames(...given), unseenOf),
    findByLabel: (...given) => timed('find_labels', () => client.findByLabel(...given)),
    probePermissions: (...given) => timed('check_permissions', () => client.probePermissions(...given)),
    close: () => {
      client.close();
    },
  };
}

function unseenOf(answer: object): Outcome {
  if (!('outcome' in answer) || (answer.outcome !== 'forbidden' && answer.outcome !== 'unreachable')) return OK;
  return { outcome: answer.outcome, ...('why' in answer && typeof answer.why === 'string' ? { why: answer.why } : {}) };
}

/** Of an observation that is incomplete: what was not answered goes before what was refused. */
function unseenIn({ versions, names }: Seen): Outcome {
  const outcomes = [...versions, ...names].map(unseenOf);
  const worst = ['unreachable', 'forbidden'].flatMap(
    (which) => outcomes.find(({ outcome }) => outcome === which) ?? [],
  );
  return worst[0] ?? OK;
}
