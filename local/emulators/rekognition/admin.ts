import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { CallLog } from './calls.ts';
import type { Consistency } from './consistency.ts';
import { Fault, type Faults } from './faults.ts';

/** Answer in JSON, outside of the service's own protocol. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * Answers the paths for tests:
 *
 * - `GET /faults`: the faults in force; `POST /faults` with a JSON array replaces them, `[]` ends them;
 * - `GET /consistency-ms`: the delay of reads behind writes; `POST /consistency-ms` with a JSON number sets
 *   it;
 * - `GET /calls`: `{total, counts, calls}`, where `calls` are the last ones; `DELETE /calls` begins anew.
 *
 * It returns `undefined` for other requests.
 */
export async function answerAdmin(
  { method, url, headers }: IncomingMessage,
  readBody: () => Promise<Buffer>,
  { faults, calls, consistency }: { faults: Faults; calls: CallLog; consistency: Consistency },
): Promise<AdminAnswer | undefined> {
  switch (`${method} ${url}`) {
    case 'GET /faults':
      return { status: 200, body: faults.list() };
    case 'POST /faults':
      return readJson(headers, await readBody(), z.array(Fault), (given) => {
        faults.set(given);
        return faults.list();
      });
    case 'GET /consistency-ms':
      return { status: 200, body: { ms: consistency.delayMs } };
    case 'POST /consistency-ms':
      return readJson(headers, await readBody(), z.int().min(0).max(600_000), (ms) => {
        consistency.delayMs = ms;
        return { ms };
      });
    case 'GET /calls':
      return {
        status: 200,
        body: { total: calls.count(), counts: calls.counts(), calls: calls.list() },
      };
    case 'DELETE /calls':
      calls.reset();
      return { status: 200, body: {} };
    default:
      return undefined;
  }
}

/** Reads a body of JSON, checks it, and answers with what is made of it. */
function readJson<Schema extends z.ZodType>(
  headers: IncomingMessage['headers'],
  body: Buffer,
  schema: Schema,
  use: (given: z.output<Schema>) => object,
): AdminAnswer {
  // A web page can't send this type to another origin without asking first, and nobody answers its question.
  if (headers['content-type'] !== 'application/json') {
    return { status: 415, body: { message: 'Send application/json.' } };
  }
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return { status: 400, body: { message: 'The body is not JSON.' } };
  }
  const parsed = schema.safeParse(given);
  if (!parsed.success) return { status: 400, body: { message: z.prettifyError(parsed.error) } };
  return { status: 200, body: use(parsed.data) };
}
