/**
 * Preloaded module (`node --import`): names the running function in each of its calls to an emulator, so that
 * the emulator can apply the function's role. The header is not signed, so signatures stay valid.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import http, { type ClientRequest, type RequestOptions } from 'node:http';
import { type FunctionRun, functionRuns } from '../../function-runs.ts';

/** Header with the name of the function that calls. */
export const callerHeader = 'x-emulated-function';

const running = new AsyncLocalStorage<FunctionRun>();
functionRuns.bindStore(running);

const request = http.request as (...options: unknown[]) => ClientRequest;

http.request = ((options: RequestOptions, ...others: unknown[]) => {
  const name = running.getStore()?.name;
  const isPlain = typeof options === 'object' && !(options instanceof URL) && !Array.isArray(options.headers);
  if (name === undefined || !isPlain) return request(options, ...others);
  return request({ ...options, headers: { ...options.headers, [callerHeader]: name } }, ...others);
}) as typeof http.request;
