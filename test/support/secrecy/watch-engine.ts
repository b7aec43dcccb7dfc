import { inspect } from 'node:util';
import { knownSecrets, refuseLeaks, type Seen } from '../../../dev/secrecy/known-secrets.ts';
import { secretsInRequest } from '../../../dev/secrecy/secrets-in-record.ts';
import type { BackendFactory, EventSender, Request, Storage } from '../../../src/logical/index.ts';
import { loggerOf, type Logger } from '../../../src/support/logger.ts';
import { noteStorage } from './note-storage.ts';

/** Hears all that an engine in this process says, and knows the secrets of its storage and its requests. */
export interface EngineWatch {
  /** A factory of backends whose calls fail as soon as a secret was seen in an answer, an error or the log. */
  factory(factory: BackendFactory): BackendFactory;
}

export function watchEngine(): EngineWatch {
  const secrets = knownSecrets();
  let seen: Seen[] = [];
  // One for each storage: what the engine remembers of a storage is bound to the object.
  const noted = new WeakMap<Storage, Storage>();
  const noteOnce = (storage: Storage): Storage => {
    const known = noted.get(storage) ?? noteStorage(storage, secrets);
    noted.set(storage, known);
    return known;
  };
  const hear = (where: string, text: string): void => {
    seen.push({ where, text });
  };
  const watched = async <T>(request: Request, answer: (request: Request) => Promise<T>): Promise<T> => {
    const { operation, path, data, storage } = request;
    for (const { what, bytes } of secretsInRequest(path, data)) secrets.add(what, bytes);
    try {
      const given = await answer({ ...request, storage: noteOnce(storage) });
      hear(`the answer to ${operation} ${path}`, JSON.stringify(given ?? null));
      return given;
    } catch (error) {
      hear(`the error of ${operation} ${path}`, shown(error));
      throw error;
    } finally {
      // What was seen is kept where it is refused: from then on every request fails.
      refuseLeaks(secrets.leaksIn(seen));
      seen = [];
    }
  };
  return {
    factory: (factory) => async (config) => {
      const events: EventSender = {
        send: (type, metadata) => {
          hear('an event', `${type} ${shown(metadata)}`);
          config.events.send(type, metadata);
        },
      };
      const backend = await factory({ ...config, events, logger: hearingLogger(config.logger, hear) });
      return {
        ...backend,
        handleRequest: (request) => watched(request, (known) => backend.handleRequest(known)),
        handleExistenceCheck: (request) => watched(request, (known) => backend.handleExistenceCheck(known)),
      };
    },
  };
}

const shown = (value: unknown): string => inspect(value, { depth: 9, maxStringLength: null, maxArrayLength: null });

function hearingLogger(logger: Logger, hear: (where: string, text: string) => void): Logger {
  return loggerOf((level, message, fields) => {
    hear('the log', `${message} ${shown(fields)}`);
    logger[level](message, fields);
  });
}
