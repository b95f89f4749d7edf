import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Line extends Record<string, unknown> {
  readonly level: string;
  readonly msg: string;
}

const change = {
  method: 'PUT',
  headers: { authorization: 'Bearer secret-token', 'content-type': 'application/json' },
} as const;

/**
 * Returns the log lines that a server in a process of its own writes for these requests, and the ids of its
 * answers.
 */
async function logOf(requests: readonly { path: string; init?: RequestInit }[], level = 'info') {
  const program = fileURLToPath(new URL('logging-server.ts', import.meta.url));
  const child = spawn('node', [program], { env: { ...process.env, LOG_LEVEL: level } });
  const output = text(child.stdout);
  const [port] = await once(child.stderr, 'data');
  const ids: (string | null)[] = [];
  for (const { path, init } of requests) {
    const reply = await fetch(`http://127.0.0.1:${String(port).trim()}${path}`, init ?? {});
    await reply.arrayBuffer();
    ids.push(reply.headers.get('x-request-id'));
  }
  child.kill('SIGTERM');
  const written = await output;
  const lines = written.split('\n').filter((line) => line !== '');
  return { written, ids, lines: lines.map((line): Line => JSON.parse(line)) };
}

describe('the log', () => {
  it('has one line for each request, with its route, status and counts, and nothing of what was sent', async () => {
    const { lines, ids, written } = await logOf([
      { path: '/people/12345?q=Roe', init: { ...change, body: '{"name":"Jane Roe"}' } },
      { path: '/people/12345', init: { ...change, body: '{"name":5}' } },
      { path: '/people/12345', init: { method: 'PUT', body: '{"name":"Jane Roe"}' } },
      { path: '/people/12345', init: { ...change, body: 'x'.repeat(1001) } },
      { path: '/Jane/Roe?q=Roe' },
    ]);
    expect(lines).toMatchObject([
      { route: '/people/{id}/', method: 'PUT', status: 200, faces: 3, matches: 1 },
      { route: '/people/{id}/', method: 'PUT', status: 422 },
      { route: '/people/{id}/', method: 'PUT', status: 401 },
      { route: '/people/{id}/', method: 'PUT', status: 413 },
      { route: null, method: 'GET', status: 404 },
    ]);
    for (const [index, line] of lines.entries()) {
      expect(line).toMatchObject({ level: 'info', msg: 'request', id: ids[index] });
      expect(line.ms).toBeGreaterThanOrEqual(0);
      expect(new Date(String(line.time)).toISOString()).toBe(line.time);
    }
    expect(written).not.toMatch(/Jane|Roe|12345|secret/);
  });

  it('has the whole story of a fault of ours, and the cause of an outage', async () => {
    const { lines, ids } = await logOf([
      { path: '/people/1', init: { ...change, body: '{"name":"fault"}' } },
      { path: '/people/1', init: { ...change, body: '{"name":"outage"}' } },
    ]);
    expect(lines).toMatchObject([
      {
        level: 'error',
        msg: 'failure',
        id: ids[0],
        err: { type: 'TypeError', stack: expect.stringContaining('logging-server.ts') },
      },
      { msg: 'request', status: 500, id: ids[0] },
      { level: 'error', id: ids[1], err: { stack: expect.stringContaining('ECONNREFUSED by the store') } },
      { msg: 'request', status: 503, id: ids[1] },
    ]);
  });

  it('has as much as LOG_LEVEL asks for', async () => {
    const { lines } = await logOf(
      [{ path: '/' }, { path: '/people/1', init: { ...change, body: '{"name":"fault"}' } }],
      'error',
    );
    expect(lines.map(({ level }) => level)).toEqual(['error']);
  });
});
