import type { WallClock } from '../../src/support/clock.ts';
import { violations } from '../support/invariants.ts';
import { modelCloud, type ModelObject } from '../support/model-cloud.ts';
import { awsModel } from './aws/model.ts';
import type { CloudModel } from './cloud-model.ts';
import type { SharedCloud, Stranger } from './shared-cloud.ts';

const HOME = '111111111111';
const AWAY = '222222222222';

/** The model of a cloud with accounts, in which somebody else has objects, too. */
export async function sharedModel(clock: WallClock): Promise<SharedCloud> {
  const model = modelCloud({ account: HOME, clock });
  const objects = model.objects as Map<string, ModelObject>;
  const names = model.names as Map<string, string>;
  let strangers = 0;
  const isOurs = ({ id }: ModelObject): boolean => id.startsWith('key-');
  const forge = async (index: number): Promise<Stranger | undefined> => {
    const ours = [...objects.values()].filter(isOurs)[index];
    if (!ours) return undefined;
    const id = `stranger-${++strangers}`;
    const { attempt, labels } = ours;
    objects.set(id, { id, attempt, labels, account: HOME, createdAt: clock.now(), state: 'enabled', material: 'x' });
    const pointing = (): readonly string[] => [...names].flatMap(([name, holder]) => (holder === id ? name : []));
    return { id, picture: () => structuredClone({ object: objects.get(id), names: pointing() }) };
  };
  const shared: Omit<SharedCloud, keyof CloudModel> & Pick<CloudModel, 'violations'> = {
    accounts: {
      home: HOME,
      away: AWAY,
      remembered: false,
      get current() {
        return model.account ?? HOME;
      },
      set current(account) {
        model.account = account;
      },
    },
    forge,
    refusesNames: false,
    async takeFreeName(name, index) {
      if (names.has(name)) return undefined;
      const stranger = await forge(index);
      if (stranger) names.set(name, stranger.id);
      return stranger;
    },
    plant: async () => undefined,
    live: () =>
      [...objects.values()].flatMap((each) => (isOurs(each) && each.state !== 'pending_deletion' ? each.id : [])),
    abroad: () => [...objects.values()].flatMap(({ id, account }) => (account === AWAY ? id : [])),
    violations(storage, kms) {
      const ours = new Map([...objects].filter(([, object]) => isOurs(object)));
      const ourNames = new Map([...names].filter(([, id]) => id.startsWith('key-')));
      return violations(storage, { ...model, objects: ours, names: ourNames }, kms);
    },
    close: async () => undefined,
  };
  // Its faults are accessors, which a spread would read once.
  return Object.assign(awsModel(clock, model), shared);
}
