import { servePlugin } from '../../src/vault/serve.ts';
import { helloFactory } from './hello.ts';

void servePlugin({ name: 'hello', version: 'v0.1.0', factory: helloFactory });
