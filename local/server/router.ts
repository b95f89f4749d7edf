import { addRoute, createRouter, findRoute } from 'rou3';
import { type Endpoint, operationsOf, resourcePath } from '../../lib/contract/endpoint.ts';
import { MethodNotAllowedError, RouteNotFoundError } from '../../lib/errors.ts';

/** A route that a request is for, with the path's parameters as they stand in it, percent-encoded. */
export interface RouteMatch<Route> {
  readonly route: Route;
  /** The operation requested: the route's contract, or one of its aliases. */
  readonly contract: Endpoint;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Operation<Route> {
  readonly route: Route;
  readonly contract: Endpoint;
}

/** The operations of one path, by method. */
type Resource<Route> = Map<string, Operation<Route>>;

/**
 * Finds routes as API Gateway does: with and without a trailing slash, and a resource that spells a segment out before one that
 * takes it as a parameter. Of two routes with the same method and path the later one counts.
 */
export class Router<Route extends { readonly contract: Endpoint }> {
  readonly #resources = createRouter<Resource<Route>>();

  constructor(routes: readonly Route[]) {
    const byPath = new Map<string, Resource<Route>>();
    for (const route of routes) {
      for (const contract of operationsOf(route.contract)) {
        const path = resourcePath(contract.path);
        const resource: Resource<Route> = byPath.get(path) ?? new Map();
        byPath.set(path, resource.set(contract.method, { route, contract }));
      }
    }
    for (const [path, resource] of byPath) {
      // No method: a path that exists with others is answered with 405, not 404.
      addRoute(this.#resources, '', path.replaceAll(/\{(\w+)\}/g, ':$1'), resource);
    }
  }

  /**
   * @param path as it stands in the request, without its query.
   * @throws RouteNotFoundError, MethodNotAllowedError
   */
  match(method: string, path: string): RouteMatch<Route> {
    const { resource, pathParameters } = this.#find(path);
    // Any resource with GET takes HEAD: the server leaves the body out.
    const operation = resource.get(method) ?? (method === 'HEAD' ? resource.get('GET') : undefined);
    if (operation === undefined) throw new MethodNotAllowedError(methodsOf(resource));
    return { ...operation, pathParameters };
  }

  /**
   * Lists the methods that a path has.
   * @throws RouteNotFoundError
   */
  methodsOf(path: string): string[] {
    return methodsOf(this.#find(path).resource);
  }

  #find(path: string) {
    // The library ignores a text before the first slash.
    const found = /^(?:\/|$)/.test(path) ? findRoute(this.#resources, '', path) : undefined;
    if (found === undefined) throw new RouteNotFoundError();
    return { resource: found.data, pathParameters: { ...found.params } };
  }
}

function methodsOf(resource: Resource<unknown>): string[] {
  return [...resource.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
