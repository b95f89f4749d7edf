import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sharp from 'sharp';

/** Draws a camera's picture; a number makes each different. */
export async function testPicture(number: number, width = 320, height = 240): Promise<Buffer> {
  const background = { r: (40 * number) % 256, g: 90, b: 120 };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

/** A camera that sends pictures over HTTP. */
export interface HttpCamera extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  hangUp(): void;
  readonly requests: number;
}

/** Starts a server whose answers the test gives. */
export async function httpCamera(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<HttpCamera> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    response.on('error', () => undefined);
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    hangUp: () => server.closeAllConnections(),
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Sends an MJPEG stream, a picture every so many milliseconds. */
export function sendStream(response: ServerResponse, everyMs: number): void {
  response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' });
  let number = 0;
  const timer = setInterval(async () => {
    const picture = await testPicture(number++);
    response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
    response.write(picture);
    response.write('\r\n');
  }, everyMs);
  response.on('close', () => clearInterval(timer));
}
