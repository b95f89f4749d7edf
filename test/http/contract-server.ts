import { expect } from 'vitest';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { addImagesContract } from '../../lib/contract/endpoints/add-images.ts';
import { createEntryContract } from '../../lib/contract/endpoints/create-entry.ts';
import { getEntryContract } from '../../lib/contract/endpoints/get-entry.ts';
import { listProcessedContract } from '../../lib/contract/endpoints/list-processed.ts';
import { processImagesContract } from '../../lib/contract/endpoints/process-images.ts';
import { updateEntryContract } from '../../lib/contract/endpoints/update-entry.ts';
import { type EndpointInput, endpoint, response } from '../../lib/http/endpoint.ts';
import { readMultipart } from '../../lib/http/multipart.ts';
import { type Reply, type RunningServer, startServer } from '../local/server/running-server.ts';

/** A server with the contract's own routes, whose use cases only record their input. */
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
  const contracts: Endpoint[] = [
    processImagesContract,
    listProcessedContract,
    getEntryContract,
    updateEntryContract,
  ];
  const server = await startServer([
    ...contracts.map((contract) => endpoint(contract, looking(contract))),
    endpoint(createEntryContract, looking(createEntryContract), readMultipart),
    endpoint(addImagesContract, looking(addImagesContract), readMultipart),
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

/** Lists the problems that a 422 answer names. */
export function problemsIn(reply: Reply): Problem[] {
  expect(reply.status).toBe(422);
  return (reply.json() as { detail: Problem[] }).detail;
}
