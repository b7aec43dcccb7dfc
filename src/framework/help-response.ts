import type { Request, Response, SpecialPaths } from '../logical/index.ts';
import { pathHelp, rootHelp } from './help-text.ts';
import { openApiDocument } from './openapi/document.ts';
import type { PathDefinition } from './path.ts';

/** What the help of a mount is made from besides its paths. */
export interface HelpContext {
  readonly text: string;
  readonly specialPaths: SpecialPaths;
}

/** Answers the help operation, of the mount (given all paths) or of one path: text and OpenAPI document. */
export async function helpResponse(
  { text, specialPaths }: HelpContext,
  subject: PathDefinition | readonly PathDefinition[],
  request: Request,
): Promise<Response> {
  const prefix = request.data['requestResponsePrefix'];
  const [paths, help] = isOne(subject)
    ? [[subject], pathHelp(request.path, subject)]
    : [subject, rootHelp(text, subject)];
  const openapi = openApiDocument(paths, {
    requestResponsePrefix: typeof prefix === 'string' ? prefix : '',
    specialPaths,
    serverVersion: await serverVersion(request),
  });
  return { data: { help, see_also: null, openapi } };
}

function isOne(subject: PathDefinition | readonly PathDefinition[]): subject is PathDefinition {
  return 'regex' in subject;
}

// Help is to be had even where the server does not tell its version.
async function serverVersion({ system, signal }: Request): Promise<string> {
  return system.serverVersion(signal).catch(() => 'unknown');
}
