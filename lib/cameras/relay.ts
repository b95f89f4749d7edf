import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AddressCheck } from '../inputs/address-check.ts';
import { pinned } from '../inputs/pinned-connector.ts';
import { failureOf } from './failure-words.ts';
import { checkedAddresses, outsideNetworks } from './networks.ts';
import { SourceError } from './port.ts';
import { redirectGuard } from './redirect-guard.ts';

/** Milliseconds in which the camera must take the connection. */
const connectMs = 10_000;

const usualPort = { 'rtsp:': 554, 'rtsps:': 322 } as const;

/** Way from ffmpeg to a camera that leads over this process. */
export interface Relay extends AsyncDisposable {
  /** Address for ffmpeg, of this machine. */
  readonly url: URL;
  /** Reason why there is no connection; `undefined` while nothing is wrong. */
  readonly failure: SourceError | undefined;
}

/**
 * Opens a relay to an RTSP camera. It takes one connection from this machine, and connects to the camera only
 * if each address of its host is allowed. ffmpeg itself meets no other machine.
 */
export async function openRelay(url: URL, isAllowed: AddressCheck): Promise<Relay> {
  const sockets = new Set<Socket>();
  const state: { failure: SourceError | undefined } = { failure: undefined };
  const server = createServer({ allowHalfOpen: false });
  server.maxConnections = 1;
  server.once('connection', (near) => {
    sockets.add(near);
    // Whoever comes later is none of ours.
    server.close();
    near.on('error', () => near.destroy());
    reach(url, isAllowed)
      .then((far) => {
        sockets.add(far);
        join(near, far, state);
      })
      .catch((error: unknown) => {
        state.failure ??= sourceErrorOf(error);
        near.destroy();
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: urlOfRelay(url, (server.address() as AddressInfo).port),
    get failure() {
      return state.failure;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}

function urlOfRelay(url: URL, port: number): URL {
  const near = new URL(url.href.replace(/^rtsps:/i, 'rtsp:'));
  near.hostname = '127.0.0.1';
  near.port = String(port);
  return near;
}

/** @throws SourceError, or an error of the network with its `code` */
async function reach(url: URL, isAllowed: AddressCheck): Promise<Socket> {
  const isSecure = url.protocol === 'rtsps:';
  const addresses = await checkedAddresses(url.hostname, isAllowed);
  const port = Number(url.port) || usualPort[isSecure ? 'rtsps:' : 'rtsp:'];
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options = { host, port, lookup: pinned(addresses), autoSelectFamily: true };
  // Cameras sign their certificates themselves; ffmpeg checks none either.
  const far = isSecure ? connectTls({ ...options, rejectUnauthorized: false }) : connect(options);
  const signal = AbortSignal.timeout(connectMs);
  try {
    await once(far, isSecure ? 'secureConnect' : 'connect', { signal });
    if (!isAllowed(far.remoteAddress ?? '')) throw outsideNetworks();
    return far;
  } catch (error) {
    far.on('error', () => undefined).destroy();
    if (signal.aborted) throw failureOf(['ETIMEDOUT'], 'It does not answer in time.', error);
    throw error;
  }
}

/** Passes on what both say, until one of them ends or the camera redirects. */
function join(near: Socket, far: Socket, state: { failure: SourceError | undefined }): void {
  const isRedirect = redirectGuard();
  const end = () => {
    near.destroy();
    far.destroy();
  };
  for (const socket of [near, far]) socket.on('error', end).on('close', end);
  if (near.destroyed) {
    end();
    return;
  }
  near.pipe(far);
  far.on('data', (chunk: Uint8Array) => {
    if (isRedirect(chunk)) {
      state.failure ??= new SourceError('It redirects to another server: name that one, if it is right.');
      end();
      return;
    }
    // Frames that nobody takes must not gather here.
    if (!near.write(chunk)) far.pause();
  });
  near.on('drain', () => far.resume());
}

function sourceErrorOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code } = error as NodeJS.ErrnoException;
  return failureOf([String(code ?? '')], 'It could not be reached.', error);
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
