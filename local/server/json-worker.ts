/** Thread: parses JSON bodies for `json-parser.ts`. */
import { parentPort } from 'node:worker_threads';
import { RequestInvalidError } from '../../lib/errors.ts';
import { parseJson } from '../../lib/http/json.ts';
import type { ParsedJson } from './json-parser.ts';

parentPort?.on('message', ({ id, bytes }: { id: number; bytes: Uint8Array }) => {
  parentPort?.postMessage(read(id, bytes));
});

function read(id: number, bytes: Uint8Array): ParsedJson {
  try {
    // The decoder removes a byte order mark.
    return { id, value: parseJson(new TextDecoder().decode(bytes), bytes) };
  } catch (error) {
    if (error instanceof RequestInvalidError) return { id, problems: error.problems };
    throw error;
  }
}
