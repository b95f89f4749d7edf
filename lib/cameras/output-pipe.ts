import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Bytes that are read at once, at most. */
const readBytes = 256 * 1024;

/** Way of a child's output to this process. */
export interface OutputPipe {
  /** End for the child: one of its `stdio`, to be destroyed here when the child has it. */
  readonly writer: Socket;
  /** End of this process. It closes when the child has closed the other one. */
  readonly reader: Socket;
  /** Receiver of the bytes, which are there during the call alone. */
  onBytes: (bytes: Uint8Array) => void;
}

/**
 * Opens a pipe whose bytes are read into the same memory again and again. A child's own `stdout` takes new
 * memory for each 64 KB, and with a camera's frames the garbage would be collected every other second.
 */
export async function openOutputPipe(): Promise<OutputPipe> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const reader = connect({
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    onread: {
      buffer: Buffer.alloc(readBytes),
      callback(length, bytes) {
        pipe.onBytes(bytes.subarray(0, length));
        return true;
      },
    },
  });
  const joined = new Promise<Socket>((resolve) => {
    server.on('connection', (socket) => {
      // Others of this machine may come too, and get nothing.
      if (socket.remotePort === reader.localPort) resolve(socket);
      else socket.destroy();
    });
  });
  const pipe = { reader, onBytes: (_: Uint8Array) => {} };
  try {
    await once(reader, 'connect');
    return Object.assign(pipe, { writer: await joined });
  } finally {
    server.close();
  }
}
