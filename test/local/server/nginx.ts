import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../free-port.ts';
import { createCertificate } from '../../inputs/certificate.ts';

const executablePath = process.env.NGINX_PATH || '/usr/sbin/nginx';

export interface Nginx extends AsyncDisposable {
  /** Ports for plain HTTP and for TLS. */
  readonly ports: { readonly http: number; readonly https: number };
}

/**
 * Starts a real nginx on free ports of 127.0.0.1.
 *
 * @param locations the `location` blocks of its one server.
 * @throws Error if there is no nginx, or if it rejects the configuration.
 */
export async function startNginx(locations: string): Promise<Nginx> {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no nginx at ${executablePath}: "apt-get install nginx-light" puts it there, NGINX_PATH names another.`,
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  const { cert, key } = createCertificate('faces.example');
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key);
  const [http, https] = [await freePort(), await freePort()];
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, { http, https }, locations));
  const child = spawn(executablePath, ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  await listening(child, https, () => errors);
  return {
    ports: { http, https },
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

function configuration(folder: string, ports: { http: number; https: number }, locations: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
access_log off;
${temporary}
server {
listen 127.0.0.1:${ports.http};
listen 127.0.0.1:${ports.https} ssl;
ssl_certificate ${folder}/cert.pem;
ssl_certificate_key ${folder}/key.pem;
${locations}
}
}
`;
}

/** Polls until nginx listens, because it does not report it. */
async function listening(child: ChildProcess, port: number, errors: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended: ${errors()}`);
    const socket = connect({ host: '127.0.0.1', port });
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(20);
  }
}

export interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

/** Sends a request as a client for whom the URL's host name leads to 127.0.0.1. */
export async function ask(
  url: URL,
  { method = 'GET', headers = {}, body = '' as string | Uint8Array } = {},
): Promise<Answer> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send({
    host: '127.0.0.1',
    port: url.port,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...headers, host: url.host },
    rejectUnauthorized: false,
    agent: false,
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  const text = Buffer.concat(await incoming.toArray()).toString();
  return { status: incoming.statusCode, location: incoming.headers.location, text };
}
