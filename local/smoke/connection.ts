import { operations } from '../../lib/contract/api.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import type { Signer } from './signer.ts';

/** Longer than the gateway waits. */
const timeoutMs = 40_000;

/** A request to one operation of the contract. */
export interface Call {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly json?: unknown;
  readonly form?: FormData;
  /** Status that is expected; the operation's own by default. */
  readonly status?: number;
}

export interface Answer {
  readonly status: number;
  readonly ms: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Faults of the answer by the contract; none is empty. */
  readonly faults: readonly string[];
}

/** A service at an address, reached as a client does. */
export interface Connection {
  call(call: Call): Promise<Answer>;
  /** Sends a request that nothing lets in. */
  callUnsigned(call: Call): Promise<Answer>;
}

export function connect(base: URL, sign: Signer, headers: Readonly<Record<string, string>>): Connection {
  const nobody: Signer = async ({ headers: plain }) => ({ ...plain });
  return {
    call: (call) => send(base, call, sign, headers),
    callUnsigned: (call) => send(base, call, nobody, {}),
  };
}

/**
 * Returns true for a service on this machine that is called without a token, such as `npm run cloud` without
 * `API_TOKENS`: it asks nobody who they are by design. A service elsewhere must.
 */
export function mayBeOpen({ hostname }: URL, hasToken: boolean): boolean {
  return !hasToken && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

export function operationOf({ operation }: Call): Endpoint {
  const found = operations.find(({ operationId }) => operationId === operation);
  if (!found) throw new Error(`The contract has no operation ${operation}.`);
  return found;
}

function urlOf(base: URL, { path }: Endpoint, { params = {}, query = {} }: Call): URL {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const url = new URL(`${base.pathname.replace(/\/$/, '')}${filled}`, base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  // A signature takes a plus for itself, and not for a space.
  url.search = url.search.replaceAll('+', '%20');
  return url;
}

async function bodyOf({ json, form }: Call): Promise<{ body?: Uint8Array<ArrayBuffer>; type?: string }> {
  if (json !== undefined) {
    return { body: new Uint8Array(Buffer.from(JSON.stringify(json))), type: 'application/json' };
  }
  if (form === undefined) return {};
  const encoded = new Response(form);
  const type = encoded.headers.get('content-type') ?? '';
  return { body: new Uint8Array(await encoded.arrayBuffer()), type };
}

async function send(
  base: URL,
  call: Call,
  sign: Signer,
  more: Readonly<Record<string, string>>,
): Promise<Answer> {
  const endpoint = operationOf(call);
  const url = urlOf(base, endpoint, call);
  const { body, type } = await bodyOf(call);
  const headers = { ...more, ...(type !== undefined && { 'content-type': type }) };
  const request = { method: endpoint.method, url, headers, ...(body && { body }) };
  const signed = await sign(request);
  const started = performance.now();
  const response = await fetch(url, {
    method: endpoint.method,
    headers: signed,
    // A redirect leads to a signed address of S3, which takes no second signature.
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
    ...(body && { body }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  const ms = Math.round(performance.now() - started);
  const answer = { status: response.status, ms, headers: response.headers, bytes };
  return { ...answer, faults: faultsOf(endpoint, call, answer) };
}

const redirectStatus = 302;

const isRedirected = (success: Endpoint['success'], status: number) =>
  success.redirect !== undefined && status === success.status;

/** Lists the statuses that are right; an answer with a picture may lead to it instead. */
export function expectedOf(call: Call): number[] {
  const { success } = operationOf(call);
  const { status = success.status } = call;
  return isRedirected(success, status) ? [status, redirectStatus] : [status];
}

function faultsOf(
  { success }: Endpoint,
  { status = success.status }: Call,
  answer: Omit<Answer, 'faults'>,
): string[] {
  if (isRedirected(success, status) && answer.status === redirectStatus) return [];
  if (answer.status !== status) {
    return [`${answer.status} instead of ${status}: ${answer.bytes.toString().slice(0, 200)}`];
  }
  if (success.contentType !== undefined && status === success.status) return [];
  const json = jsonOf(answer.bytes);
  if (status !== success.status) {
    return typeof json === 'object' && json !== null && 'detail' in json ? [] : ['It has no detail.'];
  }
  const parsed = success.schema.safeParse(json);
  return parsed.success
    ? []
    : parsed.error.issues.slice(0, 3).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

export function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
