import { addRoute, createRouter, findRoute } from 'rou3';
import { type Endpoint, operationsOf, resourcePath } from '../../lib/contract/endpoint.ts';
import { MethodNotAllowedError, RouteNotFoundError } from '../../lib/errors.ts';

/** The route that a request is for. The path's parameters are still percent-encoded. */
export interface RouteMatch<Route> {
  readonly route: Route;
  /** Operation that was requested: the route's contract, or one of its aliases. */
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
 * Finds routes as API Gateway does, with or without a trailing slash. A resource that spells a segment out
 * comes before one that takes it as a parameter. Of two routes with the same method and path the later one
 * counts.
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
      // The library does not know the methods: a path that exists with others is answered with 405, not 404.
      addRoute(this.#resources, '', path.replaceAll(/\{(\w+)\}/g, ':$1'), resource);
    }
  }

  /**
   * Finds the route of a request.
   *
   * @param path path as it stands in the request, without its query.
   * @throws RouteNotFoundError, MethodNotAllowedError
   */
  match(method: string, path: string): RouteMatch<Route> {
    const { resource, pathParameters } = this.#find(path);
    // Every resource with GET takes HEAD too: the server leaves the body out.
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
    // The library would ignore text before the first slash.
    const found = /^(?:\/|$)/.test(path) ? findRoute(this.#resources, '', path) : undefined;
    if (found === undefined) throw new RouteNotFoundError();
    return { resource: found.data, pathParameters: { ...found.params } };
  }
}

function methodsOf(resource: Resource<unknown>): string[] {
  return [...resource.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
