/** The part of any client that its log belongs to. */
interface Logging {
  readonly middlewareStack: { remove(name: string): boolean };
}

/**
 * Takes the SDK's own log out of a client. No logger reads it, yet the SDK copies every request and answer
 * for it: a sixth of a call's CPU time.
 */
export function withoutLog<Client extends Logging>(client: Client): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
