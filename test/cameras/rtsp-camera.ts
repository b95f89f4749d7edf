import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.FFMPEG_PATH ?? 'ffmpeg';

/** Runs ffmpeg to its end. */
export async function ffmpeg(...given: string[]): Promise<void> {
  const child = spawn(program, ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...given]);
  let words = '';
  child.stderr.on('data', (text) => {
    words += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${words}`);
}

/** Makes a film of a test card. */
export function testFilm(path: string, { seconds = 4, size = '320x240', rate = 15 } = {}): Promise<void> {
  const card = `testsrc2=size=${size}:rate=${rate}:duration=${seconds}`;
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '8', '-pix_fmt', 'yuv420p', '-bf', '0'];
  return ffmpeg('-f', 'lavfi', '-i', card, ...codec, path);
}

export interface RtspCameraOptions {
  readonly user?: string;
  readonly password?: string;
  /** Answers every request for the stream with a redirect to this address. */
  readonly redirect?: string;
  /** Changes what is sent of the film. */
  readonly spoil?: (packet: Buffer) => Uint8Array;
}

/** A camera that speaks RTSP and sends a film again and again, within the connection. */
export interface RtspCamera extends AsyncDisposable {
  readonly port: number;
  /** Stops sending, and keeps the connections open. */
  stall(): void;
  /** Closes the connections, and takes new ones. */
  hangUp(): void;
  /** Number of connections that have asked for the stream. */
  readonly plays: number;
}

/** Starts a camera that sends a film. */
export async function rtspCamera(film: string, options: RtspCameraOptions = {}): Promise<RtspCamera> {
  const folder = await mkdtemp(join(tmpdir(), 'camera-'));
  const packets = createSocket('udp4');
  packets.bind(0, '127.0.0.1');
  await once(packets, 'listening');
  const { port: rtpPort } = packets.address();
  const sdpFile = join(folder, 'stream.sdp');
  const sender = sendFilm(film, rtpPort, sdpFile);
  const watching = new Set<Socket>();
  const state = { plays: 0, isStalled: false };
  packets.on('message', (packet) => {
    if (state.isStalled) return;
    const sent = Buffer.from(options.spoil?.(packet) ?? packet);
    for (const socket of watching) socket.write(interleaved(sent));
  });
  await once(packets, 'message');
  const sdp = (await readFile(sdpFile, 'utf8')).replace(/^SDP:\s*/, '').replace(/m=video \d+/, 'm=video 0');
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('close', () => watching.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        // Receiver reports come between the requests.
        const start = request.search(/[A-Z_]+ rtsp/);
        if (start === -1) continue;
        const asked = request.slice(start);
        socket.write(answerTo(asked, sdp, options));
        if (asked.startsWith('PLAY')) {
          state.plays++;
          watching.add(socket);
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get plays() {
      return state.plays;
    },
    stall() {
      state.isStalled = true;
    },
    hangUp() {
      for (const socket of watching) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of watching) socket.destroy();
      server.close();
      sender.kill('SIGKILL');
      await once(sender, 'close');
      packets.close();
      await rm(folder, { recursive: true });
    },
  };
}

function sendFilm(film: string, port: number, sdpFile: string): ChildProcess {
  const quiet = ['-hide_banner', '-loglevel', 'quiet', '-nostdin', '-re', '-stream_loop', '-1'];
  const target = ['-f', 'rtp', '-sdp_file', sdpFile, `rtp://127.0.0.1:${port}?pkt_size=1200`];
  return spawn(program, [...quiet, '-i', film, '-c', 'copy', '-an', ...target], { stdio: 'ignore' });
}

/** Frames a packet for a connection that carries both, as RFC 2326 says in section 10.12. */
function interleaved(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x24, 0, packet.length >> 8, packet.length & 255]), packet]);
}

function answerTo(request: string, sdp: string, { user, password, redirect }: RtspCameraOptions): string {
  const sequence = /CSeq: (\d+)/i.exec(request)?.[1] ?? '0';
  const answer = (status: string, ...headers: string[]) =>
    [`RTSP/1.0 ${status}`, `CSeq: ${sequence}`, ...headers, '', ''].join('\r\n');
  const [method] = request.split(' ');
  if (method === 'OPTIONS') return answer('200 OK', 'Public: DESCRIBE, SETUP, PLAY, TEARDOWN');
  const wanted = `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  if (user !== undefined && !request.includes(wanted)) {
    return answer('401 Unauthorized', 'WWW-Authenticate: Basic realm="camera"');
  }
  if (redirect !== undefined) return answer('302 Moved Temporarily', `Location: ${redirect}`);
  switch (method) {
    case 'DESCRIBE':
      return answer('200 OK', 'Content-Type: application/sdp', `Content-Length: ${sdp.length}`) + sdp;
    case 'SETUP':
      return answer('200 OK', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1;timeout=60');
    default:
      return answer('200 OK', 'Session: 1');
  }
}
