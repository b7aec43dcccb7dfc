/** A small secrets engine to copy from: it keeps greetings in the server's storage. */
import * as v from 'valibot';
import { createBackend, definePath, fields, genericName, jsonCodec, recordStore } from '../../src/framework/index.ts';
import { listResponse, userError, type BackendFactory } from '../../src/logical/index.ts';

/** Makes the backend of one mount. */
export const helloFactory: BackendFactory = ({ logger }) => {
  const greetings = recordStore({ prefix: 'greeting/', codec: jsonCodec(v.object({ text: v.string() })) });
  const greetingPath = definePath({
    pattern: `greeting/${genericName('name')}`,
    fields: {
      name: fields.string({ description: 'Name of the one who is greeted.' }),
      text: fields.string({ description: 'Words of the greeting.', required: true }),
    },
    operations: {
      update: async ({ data, storage, signal }) => {
        const text = data.get('text');
        if (text === '') throw userError('text is missing: give the words of the greeting');
        await greetings.put(storage, data.get('name'), { text }, signal);
      },
      read: async ({ data, storage, signal }) => {
        const greeting = await greetings.get(storage, data.get('name'), signal);
        return greeting && { data: greeting };
      },
      delete: async ({ data, storage, signal }) => {
        await greetings.delete(storage, data.get('name'), signal);
      },
    },
    help: { synopsis: 'Write, read and delete a greeting.' },
  });
  const listPath = definePath({
    pattern: 'greeting/?',
    fields: {},
    operations: { list: async ({ storage, signal }) => listResponse(await greetings.list(storage, '', signal)) },
    help: { synopsis: 'List the names that have a greeting.' },
  });
  return createBackend({ help: 'The hello engine keeps greetings.', paths: [greetingPath, listPath], logger });
};
