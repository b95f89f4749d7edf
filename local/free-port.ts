import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const first = 10_240;
/** First of the ports that Linux gives by itself to whoever listens on any port, or calls somebody. */
const usualEnd = 32_768;

/**
 * Picks a port of 127.0.0.1 for a program that cannot pick one, or that listens there a second time. It is
 * none that the system gives away by itself, so nobody takes it meanwhile.
 */
export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * (endOfFree() - first));
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

function endOfFree(): number {
  try {
    const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
    return Math.max(first + 1_000, Number.parseInt(range, 10));
  } catch {
    return usualEnd;
  }
}
