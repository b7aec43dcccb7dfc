import { planAws } from '../../src/providers/aws/plan.ts';
import { planAzure } from '../../src/providers/azure/plan.ts';
import type { Planner } from '../../src/providers/planner.ts';
import type { DistributionSpec } from '../../src/providers/spec.ts';
import type { Place, VersionState } from '../../src/providers/step.ts';
import { planInPlace } from './aws-in-place/plan.ts';
import { planMultiRegion } from './aws-multi-region/plan.ts';
import { planGcp } from '../../src/providers/gcp/plan.ts';

/** What a cloud allows and what its calls entail, as far as that decides whether a plan can be performed. */
export interface Law {
  readonly name: string;
  readonly plan: Planner;
  readonly spec: DistributionSpec;
  /** Versions are never in any other state. */
  readonly states: readonly VersionState[];
  /** What holds the versions: `first`: it is made before them; `with`: the first version makes it; `stays`: as `first`, for ever. */
  readonly container: 'none' | 'first' | 'with' | 'stays';
  /** Versions are imported with a wrapping key. */
  readonly wraps: boolean;
  /** `newest`: creating a version points the name to it; `none`: there is no name. */
  readonly naming: 'set' | 'newest' | 'none';
  /** The state of a version that the name may be moved to. */
  readonly namable: VersionState;
  /** Versions are made one after the other, never disabled and never lost. */
  readonly inPlace: boolean;
  /** Beside the home place. */
  readonly places: readonly Place[];
}

function spec(keyType: DistributionSpec['keyType']): DistributionSpec {
  return { keyName: 'k', keyType, purposes: ['sign'], protection: 'hsm' };
}

const AWS: Law = {
  name: 'AWS',
  plan: planAws,
  spec: spec('aes256-gcm96'),
  states: ['created', 'enabled', 'disabled', 'switching'],
  container: 'none',
  wraps: false,
  naming: 'set',
  namable: 'enabled',
  inPlace: false,
  places: [],
};
const GCP: Law = {
  ...AWS,
  name: 'GCP, symmetric',
  plan: planGcp,
  states: ['created', 'pending', 'enabled', 'disabled', 'switching'],
  container: 'stays',
  wraps: true,
};
const AZURE: Law = {
  ...AWS,
  name: 'Azure, HSM',
  plan: planAzure,
  states: ['enabled', 'disabled', 'switching'],
  container: 'first',
  wraps: true,
  naming: 'newest',
};

export const LAWS: readonly Law[] = [
  AWS,
  { ...AWS, name: 'AWS, multi-Region', plan: planMultiRegion, places: ['us-east-1', 'eu-west-1'] },
  { ...AWS, name: 'AWS, in place', plan: planInPlace, container: 'with', namable: 'pending', inPlace: true },
  AZURE,
  { ...AZURE, name: 'Azure, software', spec: { ...AZURE.spec, protection: 'software' }, wraps: false },
  GCP,
  { ...GCP, name: 'GCP, asymmetric', spec: spec('rsa-2048'), naming: 'none' },
];
