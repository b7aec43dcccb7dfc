import { ProviderError } from '../errors.ts';

/** Makes a reader that gives undefined for what the credentials do not allow, and notes the cloud's words for it. */
export function ifAllowed(unreadable: string[]): <T>(read: () => Promise<T>) => Promise<T | undefined> {
  return async (read) => {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof ProviderError) || error.reason !== 'forbidden') throw error;
      unreadable.push(error.message);
      return undefined;
    }
  };
}
