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
  server.once('connection', (client) => {
    sockets.add(client);
    // Whoever comes later is none of ours.
    server.close();
    client.on('error', () => client.destroy());
    reach(url, isAllowed)
      .then((camera) => {
        sockets.add(camera);
        join(client, camera, state);
      })
      .catch((error: unknown) => {
        state.failure ??= sourceErrorOf(error);
        client.destroy();
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
  const local = new URL(url.href.replace(/^rtsps:/i, 'rtsp:'));
  local.hostname = '127.0.0.1';
  local.port = String(port);
  return local;
}

/** @throws SourceError, or an error of the network with its `code` */
async function reach(url: URL, isAllowed: AddressCheck): Promise<Socket> {
  const isSecure = url.protocol === 'rtsps:';
  const addresses = await checkedAddresses(url.hostname, isAllowed);
  const port = Number(url.port) || usualPort[isSecure ? 'rtsps:' : 'rtsp:'];
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const options = { host, port, lookup: pinned(addresses), autoSelectFamily: true };
  // Cameras sign their certificates themselves; ffmpeg checks none either.
  const camera = isSecure ? connectTls({ ...options, rejectUnauthorized: false }) : connect(options);
  const signal = AbortSignal.timeout(connectMs);
  try {
    await once(camera, isSecure ? 'secureConnect' : 'connect', { signal });
    if (!isAllowed(camera.remoteAddress ?? '')) throw outsideNetworks();
    return camera;
  } catch (error) {
    camera.on('error', () => undefined).destroy();
    if (signal.aborted) throw failureOf(['ETIMEDOUT'], 'It does not answer in time.', error);
    throw error;
  }
}

/** Passes on what both say, until one of them ends or the camera redirects. */
function join(client: Socket, camera: Socket, state: { failure: SourceError | undefined }): void {
  const isRedirect = redirectGuard();
  const end = () => {
    client.destroy();
    camera.destroy();
  };
  for (const socket of [client, camera]) socket.on('error', end).on('close', end);
  if (client.destroyed) {
    end();
    return;
  }
  client.pipe(camera);
  camera.on('data', (chunk: Uint8Array) => {
    if (isRedirect(chunk)) {
      state.failure ??= new SourceError('It redirects to another server: name that one, if it is right.');
      end();
      return;
    }
    // Frames that nobody takes must not gather here.
    if (!client.write(chunk)) camera.pause();
  });
  client.on('drain', () => camera.resume());
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
