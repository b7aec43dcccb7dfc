import type { Performed } from '../../providers/observation.ts';
import type { Place } from '../../providers/step.ts';
import type { VersionReceipt } from '../records/distribution.ts';
import type { Note } from './transitions.ts';

/**
 * What is kept of the answer to a call that made a version, or imported its material. Written with what the call has shown,
 * so that it costs no write of its own.
 *
 * @param time - RFC 3339, when the answer came
 */
export function receiptNote(
  action: 'create' | 'import',
  { version, place }: { readonly version: number; readonly place: Place },
  { requestId, imported }: Performed,
  time: string,
): Note {
  const request = requestId === undefined ? {} : { request_id: requestId };
  const receipt: VersionReceipt = {
    ...(action === 'create' && requestId !== undefined && { create_request_id: requestId }),
    ...((action === 'import' || imported) && {
      imported: {
        time,
        ...request,
        ...(imported && {
          wrapping_algorithm: imported.wrappingAlgorithm,
          wrapping_key_spec: imported.wrappingKeySpec,
        }),
        ...(imported?.materialId !== undefined && { material_id: imported.materialId }),
      },
    }),
  };
  return { of: 'receipt', version, place, receipt };
}
