import type { Step } from './steps.ts';

const timeoutMs = 40_000;
/** Answers of a gateway to a path that it does not have. */
const unknownPath = [401, 403, 404];
const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

interface Loaded {
  /** Undefined where no answer came. */
  readonly status: number | undefined;
  readonly ms: number;
  readonly type: string;
  readonly text: string;
}

/**
 * Loads the web console as a browser does, without a token: its page, and the files that the page names. A
 * service that does not host it is right too.
 */
export async function lookAtConsole(base: URL): Promise<Step[]> {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}/console/`, base);
  const page = await load(url);
  const { status, ms, type, text } = page;
  const line = { operation: 'console', what: 'load the page', expected: [200], status, ms };
  if (status !== undefined && unknownPath.includes(status) && !type.startsWith('text/'))
    return [{ ...line, isAbsent: true, faults: [] }];
  const names = [...text.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(([, name = '']) => name);
  const faults = faultsOf(page, 'text/html');
  if (faults.length === 0 && names.length === 0) faults.push('It names no files.');
  if (faults.length > 0) return [{ ...line, faults }];
  // The pages read it to find the service, and where people sign in.
  const all = [...names, './config.json'];
  return [{ ...line, faults }, ...(await Promise.all(all.map((name) => fileStep(new URL(name, url), name))))];
}

async function fileStep(url: URL, name: string): Promise<Step> {
  const file = await load(url);
  const { status, ms } = file;
  const type = types[name.slice(name.lastIndexOf('.'))] ?? '';
  const faults = faultsOf(file, type);
  return { operation: 'console', what: `load ${name.slice(2)}`, expected: [200], status, ms, faults };
}

async function load(url: URL): Promise<Loaded> {
  const started = performance.now();
  const [status, type, text] = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    .then(async (answer) => {
      return [answer.status, answer.headers.get('content-type') ?? '', await answer.text()] as const;
    })
    .catch((error: unknown) => [undefined, '', String(error)] as const);
  return { status, ms: Math.round(performance.now() - started), type, text };
}

function faultsOf({ status, type, text }: Loaded, expected: string): string[] {
  if (status !== 200) return [`${status ?? 'Nothing'} instead of 200: ${text.slice(0, 200)}`];
  if (!type.startsWith(expected)) return [`It is ${type || 'of no type'}, and should be ${expected}.`];
  return text === '' ? ['It is empty.'] : [];
}
