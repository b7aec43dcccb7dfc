import { definePath, type PathDefinition } from '../../framework/index.ts';
import { rfc3339 } from '../../support/clock.ts';
import type { Mount } from '../mount.ts';
import { inventoryPage } from '../operations/inventory.ts';
import { cyclonedxBom } from './cyclonedx.ts';
import { OPERATION_PREFIX } from './fields.ts';
import { inventoryFields, requestedPage } from './inventory-path.ts';

/** `GET inventory/cyclonedx`: a path of its own, as its answer has another shape and a policy may allow it alone. */
export function cyclonedxPath(mount: Mount): PathDefinition {
  return definePath({
    pattern: 'inventory/cyclonedx',
    fields: inventoryFields,
    display: { operationPrefix: OPERATION_PREFIX, operationSuffix: 'inventory-as-cyclonedx' },
    operations: {
      read: {
        handler: async (context) => {
          const request = requestedPage(context);
          const page = await inventoryPage(mount, context, request);
          const bom = cyclonedxBom(page, {
            serial: mount.newAttempt(),
            timestamp: rfc3339(mount.clock.now()),
            mount: mount.id,
            isFirst: request.after === '',
          });
          return { data: { bom, next: page.next } };
        },
      },
    },
    help: {
      synopsis: 'The inventory as a CycloneDX 1.6 bill of materials.',
      description:
        'bom is a cryptographic bill of materials in JSON: a component for each algorithm, each version of a key and each ' +
        'public key of a page of keys. Every page is a BOM of its own, with a serial number of its own; its composition is ' +
        'incomplete where there are other pages. Holds no key material.',
    },
  });
}
