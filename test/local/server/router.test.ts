import { describe, expect, it } from 'vitest';
import { api, operations } from '../../../lib/contract/api.ts';
import { MethodNotAllowedError, RouteNotFoundError } from '../../../lib/errors.ts';
import { Router } from '../../../local/server/router.ts';
import { plainContract } from './running-server.ts';

const router = new Router(api.map((contract) => ({ contract })));

function find(method: string, path: string) {
  const { contract, pathParameters } = router.match(method, path);
  return { operationId: contract.operationId, pathParameters };
}

/** Fills in a path as a client would. */
function filledIn(path: string): string {
  return path.replace(/\{(\w+)\}/g, '7');
}

describe('the router', () => {
  it.each(operations.map(({ method, path, operationId }) => [method, path, operationId]))(
    'finds %s %s with and without its trailing slash',
    (method, path, operationId) => {
      const bare = filledIn(path).replace(/\/$/, '');
      expect(find(method, bare).operationId).toBe(operationId);
      expect(find(method, `${bare}/`).operationId).toBe(operationId);
    },
  );

  it('hands out the parameter as it stands in the path', () => {
    expect(find('GET', '/api/v1/blacklist/12').pathParameters).toEqual({ id: '12' });
    expect(find('GET', '/api/v1/blacklist/a%2Fb/').pathParameters).toEqual({ id: 'a%2Fb' });
  });

  it('prefers a path that is spelled out to one with a parameter, whatever their order', () => {
    const [spelledOut, parameter] = [plainContract('GET', '/a/b'), plainContract('GET', '/a/{x}/')];
    for (const contracts of [
      [spelledOut, parameter],
      [parameter, spelledOut],
    ]) {
      const either = new Router(contracts.map((contract) => ({ contract })));
      expect(either.match('GET', '/a/b').route.contract).toBe(spelledOut);
      expect(either.match('GET', '/a/c').route.contract).toBe(parameter);
    }
  });

  it.each([
    '/api',
    '/api/v1/blacklist/7/images/8/9',
    '/api/v1/blacklist//',
    '//',
    '/API/v1/',
    'http://example.com/healthz',
    '/api/v1/blacklist/7//',
    '/docs/../healthz',
    '/./healthz',
    '*/healthz',
    '/api/v1/blacklist/:id/x',
  ])('does not know %j', (path) => {
    expect(() => router.match('GET', path)).toThrow(RouteNotFoundError);
  });

  it('takes HEAD wherever it takes GET', () => {
    for (const { method, path, operationId } of operations.filter((contract) => contract.method === 'GET')) {
      expect(find('HEAD', filledIn(path)).operationId, `${method} ${path}`).toBe(operationId);
    }
    expect(() => router.match('HEAD', '/api/v1/verify')).toThrow(MethodNotAllowedError);
  });

  it('tells which methods a path has', () => {
    expect(() => router.match('POST', '/api/v1/blacklist/7')).toThrow(MethodNotAllowedError);
    const methods = ['DELETE', 'GET', 'HEAD', 'PATCH', 'PUT'];
    expect(router.methodsOf('/api/v1/blacklist/7').sort()).toEqual(methods);
  });
});
