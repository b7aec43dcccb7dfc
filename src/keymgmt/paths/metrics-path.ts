import { definePath, type PathDefinition } from '../../framework/index.ts';
import { rawResponse } from '../../logical/index.ts';
import { EXPOSITION_TYPE, exposition } from '../../support/metrics.ts';
import type { Mount } from '../mount.ts';
import { collectMetrics } from '../operations/collect-metrics.ts';
import { OPERATION_PREFIX } from './fields.ts';

/** `GET metrics`: for Prometheus. */
export function metricsPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: 'metrics',
    fields: {},
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'metrics' },
    operations: {
      read: {
        handler: async (context) => {
          const text = exposition(await collectMetrics(mount, context));
          return rawResponse({ status: 200, contentType: EXPOSITION_TYPE, body: text });
        },
      },
    },
    help: {
      synopsis: 'Metrics of the mount, in the text format of Prometheus.',
      description:
        'Counts of keys, KMS providers and distributions, pending work, orphans, drift as it was last seen, and calls on ' +
        'the KMS providers. No label holds the name of a key or a KMS. Asks no KMS. The answer is no JSON: read it with ' +
        'an HTTP client, not with "vault read".',
    },
  });
}
