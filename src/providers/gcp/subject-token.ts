import { textIn } from '../http/members.ts';
import { readServerFile, UnusableFile } from '../http/server-file.ts';
import type { SubjectTokenSource } from './google-credentials.ts';
import { accepted, failure, isToken, LONGEST_TOKEN } from './token-answer.ts';
import type { TokenContext } from './token-context.ts';

/** In bytes; a token may stand in JSON, with others. */
const LONGEST_SUBJECT_FILE = 64 * 1024;

/** Reads the token of another identity provider from where credential_source says. */
export async function subjectToken(
  context: TokenContext,
  source: SubjectTokenSource,
  signal: AbortSignal,
): Promise<string> {
  const text = 'file' in source ? await subjectFile(source.file) : await subjectUrl(context, source, signal);
  const token = source.field === undefined ? text.trim() : textIn(parsed(text), source.field, LONGEST_TOKEN);
  if (!token && source.field !== undefined) {
    throw failure(
      'unauthenticated',
      'what credential_source gives has no member of the name in subject_token_field_name',
    );
  }
  if (token && token.length <= LONGEST_TOKEN && isToken(token)) return token;
  throw failure('unauthenticated', 'what credential_source gives is not a token');
}

async function subjectFile(path: string): Promise<string> {
  try {
    return await readServerFile(path, LONGEST_SUBJECT_FILE);
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    throw failure('unauthenticated', `the file of credential_source cannot be read by the plugin (${error.code})`);
  }
}

async function subjectUrl(
  { local, secrets }: TokenContext,
  { url: target, headers }: Extract<SubjectTokenSource, { url: string }>,
  signal: AbortSignal,
): Promise<string> {
  const url = new URL(target);
  const answer = await local.send(
    { call: 'credential_source', method: 'GET', url, headers, secrets: secrets() },
    signal,
  );
  accepted(url, answer);
  return answer.text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
