import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handler as docsHandler } from '../../functions/docs.ts';
import { handler as docsAssetHandler } from '../../functions/docs-asset.ts';
import { handler as welcomeHandler } from '../../functions/welcome.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { type Handler, withContract } from '../../lib/http/endpoint.ts';
import { type RunningServer, startServer } from '../local/server/running-server.ts';

const routes = [docsHandler, docsAssetHandler, welcomeHandler];

/** Wraps the handler so that it runs under the stage `prod`, as API Gateway calls it. */
function staged(handler: Handler): Handler {
  return ({ requestContext, ...event }) =>
    handler({ ...event, requestContext: { ...requestContext, path: `/prod${requestContext.path}` } });
}

let server: RunningServer;
beforeAll(async () => {
  server = await startServer(routes);
});
afterAll(() => server.stop());

/** Lists the addresses from which a browser loads the page's files. */
function loadedBy(page: string, address: string): string[] {
  return [...page.matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(
    ([, path = '']) => new URL(path, `http://localhost${address}`).pathname,
  );
}

describe('the documentation', () => {
  it.each(['/docs', '/docs/'])('is a page at %s that loads its own files alone', async (path) => {
    const page = await server.send('GET', path);
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8' });
    expect(page.bytes.toString()).toContain('<title>Face Blacklist API</title>');
    expect(page.bytes.toString()).not.toMatch(/https?:\/\//);
    const files = loadedBy(page.bytes.toString(), path);
    expect(files).toEqual(['/docs/swagger-ui.css', '/docs/swagger-ui-bundle.js', '/docs/initializer.js']);
    const replies = await Promise.all(files.map((file) => server.send('GET', file)));
    expect(replies.map(({ status, headers }) => [status, headers['content-type']])).toEqual([
      [200, 'text/css; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
      [200, 'text/javascript; charset=utf-8'],
    ]);
  });

  it('forbids the browser to run or load anything else', async () => {
    const page = await server.send('GET', '/docs');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.bytes.toString()).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=/);
  });

  it.each(['package.json', '..%2Fpackage.json', 'swagger-ui-bundle.js.map', 'constructor', '__proto__'])(
    'serves no other file, such as %s',
    async (asset) => {
      const reply = await server.send('GET', `/docs/${asset}`);
      expect([reply.status, reply.json()]).toEqual([404, { detail: 'Not Found' }]);
    },
  );

  it("finds its files under a gateway's stage", async () => {
    await using behindStage = await startServer(
      routes.map((handler) => withContract<Endpoint>(handler.contract, staged(handler))),
    );
    for (const path of ['/docs', '/docs/']) {
      const page = await behindStage.send('GET', path);
      expect(loadedBy(page.bytes.toString(), `/prod${path}`)[0]).toBe('/prod/docs/swagger-ui.css');
    }
    const redirect = await behindStage.send('GET', '/', { headers: { accept: 'text/html' } });
    expect(redirect.headers.location).toBe('/prod/docs');
  });
});

describe('the welcome', () => {
  it.each(['/', '/api/v1', '/api/v1/'])('is said at %s', async (path) => {
    const reply = await server.send('GET', path);
    expect([reply.status, reply.json()]).toEqual([200, { message: 'Welcome to the Face Blacklist API' }]);
  });

  it('leads a browser to the documentation, from the root alone', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
    const reply = await server.send('GET', '/', { headers });
    expect([reply.status, reply.headers.location]).toEqual([307, 'docs']);
    expect((await server.send('GET', '/api/v1/', { headers })).status).toBe(200);
    expect((await server.send('GET', '/', { headers: { accept: '*/*' } })).status).toBe(200);
  });
});
