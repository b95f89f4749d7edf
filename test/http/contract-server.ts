import { expect } from 'vitest';
import { api } from '../../lib/contract/api.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { type EndpointHandler, type EndpointInput, endpoint } from '../../lib/http/endpoint.ts';
import { readMultipart } from '../../lib/http/multipart.ts';
import { response } from '../../lib/http/response.ts';
import { type Reply, type RunningServer, startServer } from '../local/server/running-server.ts';

/** A server with all of the contract's routes, whose use cases only record their input. */
export interface ContractServer extends RunningServer {
  /** Input that the last accepted request became. */
  readonly input: EndpointInput<Endpoint>;
  sendJson(method: string, path: string, body: unknown): Promise<Reply>;
}

export async function startContractServer(): Promise<ContractServer> {
  let last: EndpointInput<Endpoint> | undefined;
  const looking = (contract: Endpoint) => async (input: EndpointInput<Endpoint>) => {
    last = input;
    return response({ status: contract.success.status });
  };
  const make = endpoint as unknown as (...parts: unknown[]) => EndpointHandler;
  const server = await startServer(api.map((contract) => make(contract, looking(contract), readMultipart)));
  return {
    ...server,
    get input() {
      if (last === undefined) throw new Error('No request was let through.');
      return last;
    },
    sendJson: (method, path, value) => {
      const body = typeof value === 'string' ? value : JSON.stringify(value);
      // Node sends no length with a DELETE by itself.
      const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
      return server.send(method, path, { headers, body });
    },
  };
}

export interface Problem {
  readonly loc: (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** Lists the problems that a 422 answer names. */
export function problemsIn(reply: Reply): Problem[] {
  expect(reply.status).toBe(422);
  return (reply.json() as { detail: Problem[] }).detail;
}
