import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** Why a file cannot be used, in a word or two; the code of Node.js where the system says no. */
export class UnusableFile extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Reads a text file of the server, through links. Whoever may write a configuration chooses its path, so nothing but a
 * regular file is read, which cannot block, and no more of it than may be needed.
 *
 * @param longest - in bytes
 * @throws {UnusableFile}
 */
export async function readServerFile(path: string, longest: number): Promise<string> {
  let file: FileHandle | undefined;
  try {
    // Otherwise opening a pipe waits for somebody to write to it.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (!(await file.stat()).isFile()) throw new UnusableFile('not a file');
    const bytes = Buffer.alloc(longest + 1);
    let length = 0;
    for (let more = 1; more > 0 && length <= longest; length += more) {
      more = (await file.read(bytes, length, bytes.length - length)).bytesRead;
    }
    if (length > longest) throw new UnusableFile('too large');
    return bytes.toString('utf8', 0, length);
  } catch (error) {
    if (error instanceof UnusableFile) throw error;
    throw new UnusableFile((error as NodeJS.ErrnoException).code ?? 'unknown');
  } finally {
    await file?.close();
  }
}
