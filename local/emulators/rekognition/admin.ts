import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import type { CallLog } from './calls.ts';
import { Fault, type Faults } from './faults.ts';

/** What the emulator answers outside of the service's own protocol, in JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * The paths for tests:
 *
 * - `GET /faults`: the faults in force; `POST /faults` with a JSON array replaces them, `[]` ends them;
 * - `GET /calls`: `{total, counts, calls}`, where `calls` are the last ones; `DELETE /calls` begins anew.
 *
 * `undefined` when the request is for none of these.
 */
export async function answerAdmin(
  { method, url, headers }: IncomingMessage,
  readBody: () => Promise<Buffer>,
  { faults, calls }: { faults: Faults; calls: CallLog },
): Promise<AdminAnswer | undefined> {
  switch (`${method} ${url}`) {
    case 'GET /faults':
      return { status: 200, body: faults.list() };
    case 'POST /faults':
      // A web page can't send this type to another origin without asking first, and nobody answers its question.
      if (headers['content-type'] !== 'application/json') {
        return { status: 415, body: { message: 'Send application/json.' } };
      }
      return setFaults(faults, await readBody());
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

function setFaults(faults: Faults, body: Buffer): AdminAnswer {
  let given: unknown;
  try {
    given = JSON.parse(body.toString());
  } catch {
    return { status: 400, body: { message: 'The body is not JSON.' } };
  }
  const parsed = z.array(Fault).safeParse(given);
  if (!parsed.success) return { status: 400, body: { message: z.prettifyError(parsed.error) } };
  faults.set(parsed.data);
  return { status: 200, body: faults.list() };
}
