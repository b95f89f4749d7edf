import { mkdtempDisposable, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AwsConfig } from '../../../lib/config.ts';
import { consoleRoutes } from '../../../local/server/console.ts';
import { type RunningServer, startServer } from './running-server.ts';

/** Serving the console's files. */

const distFolder = join(import.meta.dirname, '../../../local/console/dist');
const maxScriptBytes = 150_000;

let server: RunningServer;
beforeAll(async () => {
  server = await startServer(consoleRoutes(undefined), { apiTokens: ['a-token'] });
});
afterAll(() => server.stop());

async function assets(): Promise<string[]> {
  return readdir(join(distFolder, 'assets'));
}

function policyOf(headers: Record<string, unknown>): string[] {
  return String(headers['content-security-policy']).split('; ');
}

describe('the console', () => {
  it('is a page that anybody may load, and that loads nothing but its own files', async () => {
    const page = await server.send('GET', '/console/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-cache',
    });
    expect(policyOf(page.headers)).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    const text = page.bytes.toString();
    expect(text).not.toMatch(/<script(?![^>]* src="\.\/)|<style|\son\w+=|https?:\/\/[^ ;"]/);
  });

  it('has its own files at hand, which browsers keep for good', async () => {
    for (const name of await assets()) {
      const file = await server.send('GET', `/console/assets/${name}`);
      const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      expect(file.headers).toMatchObject({
        'content-type': `${type}; charset=utf-8`,
        'cache-control': 'public, max-age=31536000, immutable',
      });
      expect(file.bytes.equals(await readFile(join(distFolder, 'assets', name)))).toBe(true);
    }
    const icon = await server.send('GET', '/console/favicon.svg');
    expect(icon.headers['content-type']).toBe('image/svg+xml');
    expect((await server.send('GET', '/console/config.json')).json()).toEqual({ api_url: '../' });
  });

  it.each([
    '/console/package.json',
    '/console/..%2Fserve.ts',
    '/console/assets/..%2F..%2Fserve.ts',
    '/console/assets/%2Fetc%2Fpasswd',
    '/console/assets',
    '/console/assets/constructor',
  ])('has no other file, such as %s', async (path) => {
    expect((await server.send('GET', path)).status).toBe(404);
  });

  it('is found without its slash, and by a browser that opens the root', async () => {
    const page = await server.send('GET', '/console');
    expect([page.status, page.headers.location]).toEqual([308, 'console/']);
    const root = await server.send('GET', '/', { headers: { accept: 'text/html,*/*;q=0.8' } });
    expect([root.status, root.headers.location]).toEqual([307, 'console/']);
    const program = await server.send('GET', '/', { headers: { accept: '*/*' } });
    expect(program.json()).toEqual({ message: 'Welcome to the Face Blacklist API' });
  });

  it('has less script than a page may have', async () => {
    const scripts = (await assets()).filter((name) => name.endsWith('.js'));
    const sizeOf = async (name: string) => gzipSync(await readFile(join(distFolder, 'assets', name))).length;
    // A page fetches the catalogue of its own language alone; English is in the script itself.
    const isCatalogue = (name: string) => /^(?:ar|de|es|fr|pt)-/.test(name);
    const catalogues = await Promise.all(scripts.filter(isCatalogue).map(sizeOf));
    const others = await Promise.all(scripts.filter((name) => !isCatalogue(name)).map(sizeOf));
    expect([catalogues.length, others.length > 0]).toEqual([5, true]);
    const page = others.reduce((sum, size) => sum + size, Math.max(...catalogues));
    expect(page).toBeLessThan(maxScriptBytes);
  });

  it('may fetch pictures from the bucket in AWS mode', async () => {
    const aws = { region: 'eu-west-1', bucket: 'faces' } as AwsConfig;
    const connectSources = async () => {
      await using inAws = await startServer(consoleRoutes(aws));
      const { headers } = await inAws.send('GET', '/console/');
      return policyOf(headers).find((directive) => directive.startsWith('connect-src'));
    };
    vi.stubEnv('AWS_ENDPOINT_URL_S3', '');
    vi.stubEnv('AWS_ENDPOINT_URL', '');
    expect(await connectSources()).toBe(
      "connect-src 'self' https://faces.s3.eu-west-1.amazonaws.com https://s3.eu-west-1.amazonaws.com",
    );
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'http://127.0.0.1:4568');
    expect(await connectSources()).toBe(
      "connect-src 'self' http://127.0.0.1:4568 http://faces.127.0.0.1:4568",
    );
    vi.unstubAllEnvs();
  });

  it('says how it is built where it is not', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'console-'));
    await using bare = await startServer(consoleRoutes(undefined, folder.path));
    const page = await bare.send('GET', '/console/');
    expect([page.status, page.bytes.toString()]).toEqual([404, expect.stringContaining('npm run console')]);
  });
});
