import type { Endpoint } from '../../lib/contract/endpoint.ts';
import { MethodNotAllowedError, RouteNotFoundError } from '../../lib/errors.ts';

/** A route that a request is for, with the path's parameters as they stand in it, percent-encoded. */
export interface RouteMatch<Route> {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** The routes that one path has, by method. */
interface Resource<Route> {
  readonly segments: readonly string[];
  readonly routes: Map<string, Route>;
}

/**
 * Finds routes as API Gateway does: with and without a trailing slash, and a resource that spells a segment out before one that
 * takes it as a parameter.
 */
export class Router<Route extends { readonly contract: Endpoint }> {
  readonly #resources: Resource<Route>[] = [];

  constructor(routes: readonly Route[]) {
    const byPath = new Map<string, Resource<Route>>();
    for (const route of routes) {
      const segments = segmentsOf(route.contract.path);
      const path = segments.join('/');
      const resource = byPath.get(path) ?? { segments, routes: new Map() };
      byPath.set(path, resource);
      resource.routes.set(route.contract.method, route);
    }
    this.#resources = [...byPath.values()].sort((a, b) => countParameters(a) - countParameters(b));
  }

  /**
   * @param path as it stands in the request, without its query.
   * @throws RouteNotFoundError, MethodNotAllowedError
   */
  match(method: string, path: string): RouteMatch<Route> {
    const { resource, pathParameters } = this.#find(path);
    const route = resource.routes.get(method);
    if (route === undefined) throw new MethodNotAllowedError([...resource.routes.keys()]);
    return { route, pathParameters };
  }

  /**
   * The methods that a path has.
   * @throws RouteNotFoundError
   */
  methodsOf(path: string): string[] {
    return [...this.#find(path).resource.routes.keys()];
  }

  #find(path: string) {
    const segments = segmentsOf(path);
    for (const resource of this.#resources) {
      const pathParameters = matchSegments(resource.segments, segments);
      if (pathParameters !== undefined) return { resource, pathParameters };
    }
    throw new RouteNotFoundError();
  }
}

/** `/a/b/` and `/a/b` are the same. */
function segmentsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/');
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function countParameters({ segments }: { segments: readonly string[] }): number {
  return segments.filter(isParameter).length;
}

function matchSegments(
  template: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, wanted] of template.entries()) {
    const segment = segments[index] ?? '';
    if (isParameter(wanted) && segment !== '') parameters[wanted.slice(1, -1)] = segment;
    else if (segment !== wanted) return undefined;
  }
  return parameters;
}
