import { setTimeout as delay } from 'node:timers/promises';
import { Agent, type buildConnector, type Dispatcher, request } from 'undici';
import type { AddressCheck } from '../inputs/address-check.ts';
import { pinnedConnector } from '../inputs/pinned-connector.ts';
import { failureOf } from './failure-words.ts';
import { decodeFrame } from './frame-picture.ts';
import { authorization, loginOf } from './http-login.ts';
import { boundaryOf, MultipartReader, maxPictureBytes } from './multipart-stream.ts';
import { checkedAddresses, outsideNetworks } from './networks.ts';
import { Newest } from './newest.ts';
import { type Frame, type FrameSource, SourceError } from './port.ts';

export interface HttpSettings {
  readonly url: URL;
  readonly framesPerSecond: number;
  /** Milliseconds that the camera may be silent. */
  readonly timeoutMs?: number;
  /** Addresses that a camera may have; any without it. */
  readonly isAllowed?: AddressCheck | undefined;
}

const usualTimeoutMs = 10_000;
const maxRedirects = 3;

/** A picture as the camera sent it. */
interface Encoded {
  readonly bytes: Uint8Array;
  readonly at: number;
}

/**
 * Reads a camera over HTTP, without ffmpeg: an MJPEG stream, or a snapshot that is asked for again and
 * again. The answer's content type tells which it is.
 */
export class HttpSource implements FrameSource {
  readonly #settings: HttpSettings;
  readonly #newest = new Newest<Encoded>();

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  get counts(): FrameSource['counts'] {
    return this.#newest;
  }

  get #gapMs(): number {
    return 950 / this.#settings.framesPerSecond;
  }

  async *frames(signal: AbortSignal): AsyncGenerator<Frame, void> {
    const { timeoutMs = usualTimeoutMs, isAllowed } = this.#settings;
    const stop = new AbortController();
    const agent = new Agent({
      connect: isAllowed ? checkedConnector(isAllowed, timeoutMs) : { timeout: timeoutMs },
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    const reading = this.#read(agent, AbortSignal.any([signal, stop.signal])).then(
      () => this.#newest.end(new SourceError('It ended the stream.')),
      (error: unknown) => this.#newest.end(sourceErrorOf(error)),
    );
    const end = () => this.#newest.end();
    signal.addEventListener('abort', end);
    try {
      for await (const { bytes, at } of this.#newest.items()) {
        if (signal.aborted) return;
        yield { ...(await decodeFrame(bytes)), at };
      }
    } finally {
      signal.removeEventListener('abort', end);
      stop.abort();
      await reading;
      await agent.destroy();
    }
  }

  async #read(dispatcher: Dispatcher, signal: AbortSignal): Promise<void> {
    const answer = await this.#open(dispatcher, signal);
    const type = String(answer.headers['content-type'] ?? '');
    const boundary = boundaryOf(type);
    if (boundary !== undefined) return this.#readStream(answer, boundary);
    if (!/^image\//i.test(type)) {
      await answer.body.dump();
      const named = type.replace(/;.*/s, '').slice(0, 60);
      throw new SourceError(
        `It answers with ${named || 'no type'}, and neither with a picture nor with MJPEG.`,
      );
    }
    await this.#readSnapshots(answer, dispatcher, signal);
  }

  async #readStream(answer: Dispatcher.ResponseData, boundary: string): Promise<void> {
    const reader = new MultipartReader(boundary);
    let due = 0;
    for await (const chunk of answer.body) {
      for (const bytes of reader.push(chunk)) {
        const at = Date.now();
        if (at < due) continue;
        due = at + this.#gapMs;
        this.#newest.put({ bytes, at });
      }
    }
  }

  async #readSnapshots(
    first: Dispatcher.ResponseData,
    dispatcher: Dispatcher,
    signal: AbortSignal,
  ): Promise<void> {
    let answer = first;
    for (;;) {
      const at = Date.now();
      this.#newest.put({ bytes: await pictureOf(answer), at });
      await delay(Math.max(0, at + this.#gapMs - Date.now()), undefined, { signal });
      answer = await this.#open(dispatcher, signal);
    }
  }

  /** Asks for the address, with the password if it is wanted. It follows redirects within its origin. */
  async #open(dispatcher: Dispatcher, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const login = loginOf(this.#settings.url);
    let url = withoutLogin(this.#settings.url);
    let authorized: string | undefined;
    for (let redirects = 0; ; ) {
      const headers = { 'user-agent': 'face-blacklist', ...(authorized && { authorization: authorized }) };
      const answer = await request(url, { dispatcher, signal, headers });
      const { statusCode } = answer;
      if (statusCode === 200) return answer;
      await answer.body.dump();
      if (statusCode === 401 && login && authorized === undefined) {
        const challenges = [answer.headers['www-authenticate'] ?? []].flat();
        const path = `${url.pathname}${url.search}`;
        authorized = challenges.map((one) => authorization(one, login, path)).find(Boolean);
        if (authorized) continue;
      }
      const next = redirectOf(answer, url);
      if (!next) throw failureOf([String(statusCode)], `It answers with the status ${statusCode}.`);
      if (++redirects > maxRedirects) throw new SourceError('It redirects again and again.');
      url = next;
    }
  }
}

/** Makes a connector that connects to allowed addresses alone. */
function checkedConnector(isAllowed: AddressCheck, timeout: number): buildConnector.connector {
  return (options, callback) => {
    checkedAddresses(options.hostname, isAllowed).then(
      (addresses) => pinnedConnector(addresses, isAllowed, outsideNetworks, timeout)(options, callback),
      (error: Error) => callback(error, null),
    );
  };
}

function withoutLogin(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

/** Returns the address that a redirect names. @throws SourceError if it is of another origin */
function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  const next = URL.parse(String(headers.location ?? ''), url.href);
  if (next?.origin === url.origin) return next;
  throw new SourceError('It redirects to another server: name that one, if it is right.');
}

async function pictureOf({ body }: Dispatcher.ResponseData): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxPictureBytes)
      throw new SourceError(`Its picture has more than ${maxPictureBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Makes the words for a failed request by the error's code alone: messages may contain addresses. */
function sourceErrorOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: { code?: unknown } };
  return failureOf(
    [String(code ?? ''), String(cause?.code ?? '')],
    `It could not be read: ${code ?? name}.`,
    error,
  );
}
