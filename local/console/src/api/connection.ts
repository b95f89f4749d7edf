import { Store } from '../store.ts';

/** Which service the console talks to, with which token, and whether it answers. */

export type Reachability = 'reachable' | 'unreachable';

/** The service's address with a slash at its end; undefined until a person has told it. */
export const serviceUrl = new Store<URL | undefined>(undefined);
export const reachability = new Store<Reachability>('reachable');
/**
 * Counts up whenever the service answers again after it did not: what failed meanwhile may be tried again.
 */
export const reconnections = new Store(0);

const addressKey = 'face-blacklist.service';
const probeTimeoutMs = 10_000;
const probeDelaysMs = [1_000, 2_000, 4_000, 8_000, 15_000];

/** True if a person entered the address and may change it. It is false if the host of these files set it. */
export let isAddressChosen = false;

/**
 * Reads `config.json` beside the page. Its `api_url` is the service's address, relative to the page or whole;
 * where it is empty, the one that a person told before counts.
 */
export async function findService(): Promise<void> {
  const { api_url: configured } = await readConfig();
  if (configured !== '') {
    serviceUrl.set(asFolder(new URL(configured, document.baseURI)));
    return;
  }
  isAddressChosen = true;
  const told = URL.parse(localStorage.getItem(addressKey) ?? '');
  if (told !== null) serviceUrl.set(asFolder(told));
}

async function readConfig(): Promise<{ api_url: string }> {
  try {
    const config: unknown = await (await fetch('config.json', { cache: 'no-store' })).json();
    if (typeof config === 'object' && config !== null && 'api_url' in config) {
      return { api_url: String(config.api_url) };
    }
  } catch {
    // No file: then a person is asked.
  }
  return { api_url: '' };
}

/**
 * Returns the address that a person typed, or undefined when it is none. `https` is meant where nothing is
 * said.
 */
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
  // Everything that was read belongs to the other service.
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

/** Tells whether a call got any answer; when it got none, asks on until there is one. */
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

/** Returns a pause that ends early when the machine's network comes back. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
  });
}

/** Asks once whether the service answers, whatever it says. */
export async function probe(): Promise<void> {
  const base = serviceUrl.value;
  if (base === undefined) return;
  try {
    await askHealth(base);
    noteAnswer(true);
  } catch {
    noteAnswer(false);
  }
}
