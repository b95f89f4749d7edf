import type { APIGatewayProxyEvent } from 'aws-lambda';

/** Finds a request's header, in whatever case its name is spelled. */
export function requestHeader(event: APIGatewayProxyEvent, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(event.headers ?? {}).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

/** Headers of requests that a page of another origin may send. */
export const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'Last-Event-ID',
] as const;

/** Headers of answers that a page of another origin may read. */
export const exposedHeaders = [
  'X-Request-Id',
  'Retry-After',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'X-Total-Count',
  'X-Warnings',
  'Date',
] as const;

/** Makes the headers that let a page of an allowed origin read the answer. */
export function corsHeaders(origin: string | undefined, allowed: readonly string[]): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === undefined || !allowed.includes(origin)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Expose-Headers': exposedHeaders.join(', '),
  };
}

/** Makes the headers of every answer; an answer may override them. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    'X-Request-Id': requestId,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  };
}
