import type { Response as ResponseMessage } from './generated/pb/Response.ts';
import type { Paths } from './generated/pb/Paths.ts';
import type { Response, SpecialPaths } from '../logical/index.ts';

/**
 * Puts a response on the wire. None is null, which the server tells from a response without data: `data` is then the
 * text `null`, as an empty text is no JSON to it.
 */
export function toWireResponse(response: Response | undefined): ResponseMessage | null {
  if (!response) return null;
  const { data, warnings } = response;
  return { data: data ? JSON.stringify(data) : 'null', warnings: warnings ? [...warnings] : [] };
}

/** Puts the special paths on the wire, in the order given: a server compares two answers. */
export function toWirePaths(paths: SpecialPaths): Paths {
  return {
    root: [...(paths.root ?? [])],
    unauthenticated: [...(paths.unauthenticated ?? [])],
    local_storage: [...(paths.localStorage ?? [])],
    seal_wrap_storage: [...(paths.sealWrapStorage ?? [])],
  };
}
