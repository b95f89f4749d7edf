import { noteLeaving, shownAddress } from './return.ts';
import { Store } from './store.ts';

/** A page of the console. It stands behind the address's `#`, so that the files can be hosted anywhere. */
export type Route =
  | { readonly page: 'check' }
  | { readonly page: 'door' }
  | { readonly page: 'compare'; readonly query: URLSearchParams }
  | { readonly page: 'blacklist' }
  | { readonly page: 'add-person' }
  | { readonly page: 'import' }
  | { readonly page: 'entry'; readonly id: number }
  | { readonly page: 'history'; readonly query: URLSearchParams }
  | { readonly page: 'processed'; readonly id: number }
  | { readonly page: 'status' }
  | { readonly page: 'audit'; readonly query: URLSearchParams }
  | { readonly page: 'cameras' }
  | { readonly page: 'tokens' }
  | { readonly page: 'privacy' }
  | { readonly page: 'unknown' };

export const paths = {
  check: '#/check',
  door: '#/door',
  compare: '#/compare',
  compareWith: (id: number) => `#/compare?person=${id}`,
  blacklist: '#/blacklist',
  addPerson: '#/blacklist/new',
  importPeople: '#/blacklist/import',
  entry: (id: number) => `#/blacklist/${id}`,
  history: '#/history',
  processed: (id: number) => `#/history/${id}`,
  status: '#/status',
  audit: '#/audit',
  cameras: '#/cameras',
  tokens: '#/tokens',
  privacy: '#/privacy',
} as const;

export function historyPath(query: URLSearchParams): string {
  return query.size === 0 ? paths.history : `${paths.history}?${query}`;
}

export function auditPath(query: URLSearchParams): string {
  return query.size === 0 ? paths.audit : `${paths.audit}?${query}`;
}

function parse(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  const [first, second, ...rest] = path.replace(/\/$/, '').split('/');
  const id = /^\d{1,15}$/.test(second ?? '') ? Number(second) : undefined;
  if (rest.length > 0) return { page: 'unknown' };
  if (first === '' || first === 'check') return { page: 'check' };
  if (first === 'door' && second === undefined) return { page: 'door' };
  if (first === 'compare' && second === undefined)
    return { page: 'compare', query: new URLSearchParams(query) };
  if (first === 'status' || first === 'cameras' || first === 'tokens' || first === 'privacy') {
    return { page: first };
  }
  if (first === 'audit') return { page: 'audit', query: new URLSearchParams(query) };
  if (first === 'blacklist') {
    if (second === undefined) return { page: 'blacklist' };
    if (second === 'new') return { page: 'add-person' };
    if (second === 'import') return { page: 'import' };
    if (id !== undefined) return { page: 'entry', id };
  }
  if (first === 'history') {
    if (second === undefined) return { page: 'history', query: new URLSearchParams(query) };
    if (id !== undefined) return { page: 'processed', id };
  }
  return { page: 'unknown' };
}

/** Reads the filter of the address, which a page that is about to be drawn may not show yet. */
export function addressQuery(): URLSearchParams {
  return new URLSearchParams(location.hash.split('?')[1]);
}

export const route = new Store<Route>(parse(location.hash));
addEventListener('hashchange', follow);
addEventListener('click', followLink);

/** Asks before the page is left; undefined while it may be. */
let askBeforeLeaving: (() => void) | undefined;

/** Keeps the page when the browser goes to another one, and asks then. Returns a function that ends that. */
export function holdPage(ask: () => void): () => void {
  askBeforeLeaving = ask;
  return () => {
    askBeforeLeaving = undefined;
  };
}

/** Shows the page of the address, unless it is shown. */
function follow(): void {
  if (askBeforeLeaving && location.hash !== shownAddress()) {
    // The step before this one is now where the person wanted to be.
    history.pushState(null, '', shownAddress());
    askBeforeLeaving();
    return;
  }
  if (!noteLeaving()) return;
  const came = parse(location.hash);
  if (came.page === 'history') historyShown.set(location.hash);
  route.set(came);
}

/** Address of the list of the history as it was last seen, with its filter. */
export const historyShown = new Store<string>(
  location.hash.startsWith(paths.history) && route.value.page === 'history' ? location.hash : paths.history,
);

/** Returns the identity of a page. A filter does not change it. */
export function keyOf(shown: Route): string {
  return 'id' in shown ? `${shown.page} ${shown.id}` : shown.page;
}

/** Goes to a page at once. The browser tells of another address later than of what is pressed meanwhile. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else location.hash = path;
  follow();
}

/** Shows the page of a link at once, unless the press opens it elsewhere or somebody else handled it. */
function followLink(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const path = link?.getAttribute('href') ?? '';
  const opensElsewhere =
    event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (event.defaultPrevented || opensElsewhere || !path.startsWith('#/')) return;
  event.preventDefault();
  go(path);
}
