import type { VersionObservation } from '../../src/providers/observation.ts';
import { ATTEMPT_LABEL } from '../../src/providers/port.ts';
import type { Fault } from '../support/model-calls.ts';
import { modelCloud, type ModelObject } from '../support/model-cloud.ts';
import type { CloudUnderTest, Trouble } from './contract/cloud.ts';
import { AES_KEY, AWS_SHAPE, AWS_WITHOUT } from './aws/cloud-under-test.ts';
import { driverContract } from './contract.ts';

const FAULTS: Readonly<Record<Trouble, Fault>> = {
  lost_before: { when: 'before', reason: 'unavailable' },
  lost_after: { when: 'after', reason: 'unavailable' },
  garbled: { when: 'after', reason: 'unavailable' },
  silent: { when: 'before', reason: 'timeout' },
  forbidden: { when: 'before', reason: 'forbidden' },
  throttled: { when: 'before', reason: 'throttled' },
  unauthenticated: { when: 'before', reason: 'unauthenticated' },
};

function modelUnderTest(): CloudUnderTest {
  const model = modelCloud();
  const objects = model.objects as Map<string, ModelObject>;
  const names = model.names as Map<string, string>;
  const objectOf = (id: string): ModelObject => {
    const object = objects.get(id);
    if (!object) throw new Error(`there is no object ${id}`);
    return object;
  };
  let strangers = 0;
  const stateOf = (id: string): VersionObservation['state'] => {
    const state = objects.get(id)?.state ?? 'gone';
    return state === 'pending_import' ? 'created' : state;
  };
  const cloud: CloudUnderTest = {
    driver: model.drivers.awskms,
    key: AES_KEY,
    open(how) {
      if (how === 'unreachable') model.fault = () => ({ when: 'before', reason: 'invalid_request' });
      return model.drivers.awskms.connect({ keyCollection: 'any', credentials: {} });
    },
    longestCallMs: 1_000,
    inject({ trouble, on, times = Infinity }) {
      let left = times;
      model.searchable = !(trouble === 'forbidden' && on === undefined);
      model.fault = (action) => {
        if (left === 0 || (on === undefined ? action === 'find' && !model.searchable : action !== on)) return undefined;
        left--;
        return FAULTS[trouble];
      };
    },
    hold: () => ({ arrived: Promise.resolve(), release: () => undefined }),
    async heal() {
      model.fault = () => undefined;
      model.searchable = true;
    },
    requests: () => model.calls.length,
    unknownId: () => 'unknown',
    outside: {
      ids: async () => [...objects.keys()],
      stateOf: async (id) => stateOf(id),
      holderOf: async (name) => names.get(name),
      async makeObject(given = {}) {
        const id = `stranger-${++strangers}`;
        const { [ATTEMPT_LABEL]: attempt = '', ...labels } = given as Record<string, string>;
        objects.set(id, { id, attempt, labels, account: undefined, createdAt: Date.now(), state: 'enabled' });
        return id;
      },
      async takeName(name, labels) {
        const id = await cloud.outside.makeObject(labels);
        names.set(name, id);
        return id;
      },
      pointName: async (name, id) => void names.set(name, id),
      dropName: async (name) => void names.delete(name),
      scheduleDeletion: async (id) => void (objectOf(id).state = 'pending_deletion'),
      dropMaterial: async (id) => void (objectOf(id).state = 'pending_import'),
    },
    stop: async () => undefined,
  };
  return cloud;
}

/** Cases in which the model differs from a cloud. */
const DIFFERENCES: Readonly<Record<string, string>> = {
  'what only reads never fails, and says for all that it was asked why it does not know': 'it reads names in any case',
  'a check that is refused says of each permission that it is not granted': 'it has none',
  'a silent cloud ends each call in time': 'its answers are never silent: what reads succeeds',
  'a silent cloud is observed as unreachable': 'it is always observed',
  'the account is asked for with a deadline, and not with a signal that is aborted': 'it is always told',
  'a signal that is aborted keeps each call from being sent': 'it ignores signals',
  'a signal that aborts ends each step that is under way, unless its answer says what was made': 'it ignores signals',
};

driverContract({
  name: 'the model cloud',
  shape: AWS_SHAPE,
  without: AWS_WITHOUT,
  start: async () => modelUnderTest(),
  knownDifferences: DIFFERENCES,
});
