/** A small secrets engine to copy from: it keeps greetings in the server's storage, and greets with them. */
import * as v from 'valibot';
import { createBackend, definePath, fields, genericName, jsonCodec, recordStore } from '../../src/framework/index.ts';
import type { PathContext, PathDefinition, RecordStore } from '../../src/framework/index.ts';
import { listResponse, userError, type BackendFactory } from '../../src/logical/index.ts';

type Greetings = RecordStore<{ text: string }>;

/** Makes the backend of one mount. */
export const helloFactory: BackendFactory = ({ logger }) => {
  const greetings = recordStore({ prefix: 'greeting/', codec: jsonCodec(v.object({ text: v.string() })) });
  return createBackend({
    help: 'The hello engine keeps greetings, and greets with them.',
    paths: [greetingPath(greetings), listPath(greetings), helloPath(greetings)],
    logger,
  });
};

const name = fields.string({ description: 'Name of the one who is greeted.' });
const text = fields.string({ description: 'Words of the greeting.', required: true });
const times = fields.int({ description: 'How often to say it, 1 to 10.', default: 1, query: true });

function greetingPath(greetings: Greetings): PathDefinition {
  const pathFields = { name, text };
  const write = async ({ data, storage, signal }: PathContext<typeof pathFields>): Promise<undefined> => {
    if (data.get('text') === '') throw userError('text is missing: give the words of the greeting');
    await greetings.put(storage, data.get('name'), { text: data.get('text') }, signal);
    return undefined;
  };
  return definePath({
    pattern: `greeting/${genericName('name')}`,
    fields: pathFields,
    existenceCheck: async ({ data, storage, signal }) =>
      (await greetings.get(storage, data.get('name'), signal)) !== undefined,
    operations: {
      create: { handler: write },
      update: { handler: write },
      read: {
        handler: async ({ data, storage, signal }) => {
          const greeting = await greetings.get(storage, data.get('name'), signal);
          return greeting && { data: greeting };
        },
      },
      delete: {
        handler: async ({ data, storage, signal }) => {
          await greetings.delete(storage, data.get('name'), signal);
          return undefined;
        },
      },
    },
    help: { synopsis: 'Write, read and delete a greeting.', description: 'A write replaces the one of that name.' },
  });
}

function listPath(greetings: Greetings): PathDefinition {
  return definePath({
    pattern: 'greeting/?',
    fields: {},
    operations: {
      list: { handler: async ({ storage, signal }) => listResponse(await greetings.list(storage, '', signal)) },
    },
    help: { synopsis: 'List the names that have a greeting.', description: 'Names only, sorted.' },
  });
}

function helloPath(greetings: Greetings): PathDefinition {
  return definePath({
    pattern: `hello/${genericName('name')}`,
    fields: { name, times },
    operations: {
      read: {
        handler: async ({ data, storage, signal }) => {
          const count = data.get('times');
          if (count < 1 || count > 10) throw userError('times is out of range: give 1 to 10');
          const greeting = await greetings.get(storage, data.get('name'), signal);
          if (greeting === undefined) return undefined;
          return { data: { message: `${greeting.text}, ${data.get('name')}! `.repeat(count).trim() } };
        },
      },
    },
    help: { synopsis: 'Greet.', description: 'Says the greeting that is kept under the name.' },
  });
}
