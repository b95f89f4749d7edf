import { json } from 'node:stream/consumers';
import { startHttpServer } from '../../http-server.ts';
import { useService } from './open.ts';

/** A call as the adapter made it. */
export interface CannedCall {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Answer that the service is to give: a result, or an error with its type. */
export type CannedAnswer = object | { __type: string; Message: string };

/**
 * A service that speaks Rekognition's protocol and gives the answers that a test wants. It is for cases that
 * the emulator can't produce.
 */
export interface CannedService {
  /** Calls in the order in which they came. */
  readonly calls: CannedCall[];
  answer: (call: CannedCall) => CannedAnswer | Promise<CannedAnswer>;
  stop(): Promise<void>;
}

/** Starts such a service for all adapters of this process. */
export async function startCannedService(): Promise<CannedService> {
  const calls: CannedCall[] = [];
  const server = await startHttpServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).replace('RekognitionService.', '');
    const call = { operation, input: (await json(request)) as Record<string, unknown> };
    calls.push(call);
    const answer = await service.answer(call);
    response.writeHead('__type' in answer ? 400 : 200, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  const service: CannedService = { calls, answer: () => ({}), stop: server.stop };
  useService(server.url);
  return service;
}
