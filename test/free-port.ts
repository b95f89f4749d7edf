import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** First port that this machine gives to whoever wants any port, as most tests and all clients do. */
const [firstOfAny = 32_768] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  .split(/\s+/)
  .map(Number);
const first = 10_240;

/**
 * Picks a port of 127.0.0.1 for a program that cannot pick one, or that listens there a second time. It is
 * none of those that are given to whoever wants any port, so nobody takes it meanwhile.
 */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * (firstOfAny - first));
  const server = createServer().listen(port, '127.0.0.1');
  const isFree = await once(server, 'listening').then(
    () => true,
    () => false,
  );
  if (!isFree) return freePort();
  server.close();
  await once(server, 'close');
  return port;
}
