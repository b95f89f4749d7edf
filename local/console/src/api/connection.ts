import { Store } from '../store.ts';

/** Connection to the service: its address, and whether it answers. */

export type Reachability = 'reachable' | 'unreachable';

/** Address of the service with a slash at its end; undefined until a person has entered it. */
export const serviceUrl = new Store<URL | undefined>(undefined);
/** A user pool of Cognito's, as the host of these files names it in `config.json`. */
export interface UserPool {
  /** Origin of the pool's pages. */
  readonly url: string;
  readonly client_id: string;
}

/** Pool at which people sign in; undefined where they give a token. */
export const userPool = new Store<UserPool | undefined>(undefined);
export const reachability = new Store<Reachability>('reachable');
/**
 * Number of times that the service answered again after it did not. Whatever failed meanwhile may then be
 * tried again.
 */
export const reconnections = new Store(0);

const addressKey = 'face-blacklist.service';
const probeTimeoutMs = 10_000;
const probeDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** True if a person entered the address and may change it. It is false if the host of these files set it. */
export let isAddressChosen = false;

/**
 * Reads `config.json` beside the page. Its `api_url` is the service's address, relative to the page or whole.
 * If it is empty, the address that a person entered earlier counts. Its `sign_in` is the user pool.
 */
export async function findService(): Promise<void> {
  const { api_url: configured, sign_in } = await readConfig();
  userPool.set(sign_in);
  if (configured !== '') {
    serviceUrl.set(asFolder(new URL(configured, document.baseURI)));
    return;
  }
  isAddressChosen = true;
  const chosen = URL.parse(localStorage.getItem(addressKey) ?? '');
  if (chosen !== null) serviceUrl.set(asFolder(chosen));
}

interface Config {
  readonly api_url: string;
  readonly sign_in?: UserPool;
}

async function readConfig(): Promise<Config> {
  try {
    const config: Partial<Config> | null = await (await fetch('config.json', { cache: 'no-store' })).json();
    return { ...config, api_url: String(config?.api_url ?? '') };
  } catch {
    // Without the file, the page asks for the address.
    return { api_url: '' };
  }
}

/** Reads the address that a person typed; undefined if it is none. Without a scheme it means `https`. */
export function parseAddress(text: string): URL | undefined {
  const trimmed = text.trim();
  const url = URL.parse(/^https?:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  return url === null || /\s|^$/.test(trimmed) || url.username !== '' ? undefined : asFolder(url);
}

function askHealth(base: URL): Promise<Response> {
  const signal = AbortSignal.timeout(probeTimeoutMs);
  return fetch(new URL('healthz', base), { cache: 'no-store', credentials: 'omit', signal });
}

/** Returns true if a service answers at that address, and allows this page to read the answer. */
export async function answersAt(url: URL): Promise<boolean> {
  try {
    const answer = await askHealth(url);
    return answer.headers.get('Content-Type')?.includes('json') === true;
  } catch {
    return false;
  }
}

export function chooseService(url: URL): void {
  localStorage.setItem(addressKey, url.href);
  // All data on the page belongs to the other service.
  location.reload();
}

/** Forgets the address, so that the console asks for one. */
export function leaveService(): void {
  localStorage.removeItem(addressKey);
  location.reload();
}

function asFolder({ origin, pathname }: URL): URL {
  return new URL(`${pathname.replace(/\/+$/, '')}/`, origin);
}

let probing = false;

/** Notes whether a call got any answer. If it got none, asks again until there is one. */
export function noteAnswer(answered: boolean): void {
  if (answered) {
    if (reachability.value === 'reachable') return;
    reachability.set('reachable');
    reconnections.update((count) => count + 1);
    return;
  }
  reachability.set('unreachable');
  void keepProbing();
}

async function keepProbing(): Promise<void> {
  if (probing) return;
  probing = true;
  for (let attempt = 0; reachability.value === 'unreachable'; attempt++) {
    await pause(probeDelaysMs[Math.min(attempt, probeDelaysMs.length - 1)] ?? 0);
    await probe();
  }
  probing = false;
}

/** Returns true for a status by which a proxy tells that the service behind it gives no answer. */
export const isAwayStatus = (status: number) => status === 502 || status === 504;

/** Waits while the service gives no answer. */
export function untilReachable(): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (reachability.value !== 'reachable') return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = reachability.subscribe(look);
    look();
  });
}

/** Waits. It ends early if the machine's network comes back, or the signal is aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) done();
  });
}

/** Checks once whether the service gives any answer. */
export async function probe(): Promise<void> {
  const base = serviceUrl.value;
  if (base === undefined) return;
  try {
    const { status } = await askHealth(base);
    noteAnswer(!isAwayStatus(status));
  } catch {
    noteAnswer(false);
  }
}
