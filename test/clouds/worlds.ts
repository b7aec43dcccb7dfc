import type { WallClock } from '../../src/support/clock.ts';
import { awsModel } from './aws/model.ts';
import { inPlaceModel } from './aws-in-place/model.ts';
import { multiRegionModel } from './aws-multi-region/model.ts';
import { azureModel } from './azure/model.ts';
import type { CloudModel } from './cloud-model.ts';
import { gcpModel } from './gcp/model.ts';

/** All model clouds, by the layout of a key. */
export const CLOUDS: readonly (readonly [name: string, make: (clock: WallClock) => CloudModel])[] = [
  ['AWS', awsModel],
  ['Azure', azureModel],
  ['GCP, symmetric', (clock: WallClock): CloudModel => gcpModel(clock, true)],
  ['GCP, asymmetric', (clock: WallClock): CloudModel => gcpModel(clock, false)],
  ['AWS, multi-Region', multiRegionModel],
  ['AWS, in place', inPlaceModel],
];
