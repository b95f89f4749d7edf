import { expect } from 'vitest';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { addImages } from '../../lib/contract/endpoints/add-images.ts';
import { createEntry } from '../../lib/contract/endpoints/create-entry.ts';
import { getEntry } from '../../lib/contract/endpoints/get-entry.ts';
import { listProcessed } from '../../lib/contract/endpoints/list-processed.ts';
import { processImages } from '../../lib/contract/endpoints/process-images.ts';
import { updateEntry } from '../../lib/contract/endpoints/update-entry.ts';
import { type EndpointInput, endpoint, response } from '../../lib/http/endpoint.ts';
import { readMultipart } from '../../lib/http/multipart.ts';
import { type Reply, type RunningServer, startServer } from '../local/server/running-server.ts';

/** A server with the contract's own routes, whose use cases only look at what they get. */
export interface ContractServer extends RunningServer {
  /** What the last request that was let through became. */
  readonly input: EndpointInput<Endpoint>;
  sendJson(method: string, path: string, body: unknown): Promise<Reply>;
}

export async function startContractServer(): Promise<ContractServer> {
  let last: EndpointInput<Endpoint> | undefined;
  const looking = (contract: Endpoint) => async (input: EndpointInput<Endpoint>) => {
    last = input;
    return response({ status: contract.success.status });
  };
  const contracts: Endpoint[] = [processImages, listProcessed, getEntry, updateEntry];
  const server = await startServer([
    ...contracts.map((contract) => ({ contract, handler: endpoint(contract, looking(contract)) })),
    { contract: createEntry, handler: endpoint(createEntry, looking(createEntry), readMultipart) },
    { contract: addImages, handler: endpoint(addImages, looking(addImages), readMultipart) },
  ]);
  return {
    ...server,
    get input() {
      if (last === undefined) throw new Error('No request was let through.');
      return last;
    },
    sendJson: (method, path, body) =>
      server.send(method, path, {
        headers: { 'Content-Type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

export interface Problem {
  readonly loc: (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** What a 422 finds wrong. */
export function problemsIn(reply: Reply): Problem[] {
  expect(reply.status).toBe(422);
  return (reply.json() as { detail: Problem[] }).detail;
}
