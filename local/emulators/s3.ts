import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { S3Event } from 'aws-lambda';
import S3rver from 's3rver';
import { readCopySource } from './s3-copy-source.ts';
import { s3Credentials } from './s3-credentials.ts';
import { takeFormUploads } from './s3-form-upload.ts';
import { pageListings } from './s3-listing.ts';
import { showVersions } from './s3-versions.ts';
import { WholeObjectStore } from './whole-objects.ts';

/** S3 for tests and for trying things out: s3rver in this process, mended where S3 promises more. */
export interface S3Emulator extends AsyncDisposable {
  /** URL of the emulator, such as `http://127.0.0.1:4568`. */
  readonly url: string;
  /** Environment variables with which an SDK or the AWS CLI uses the emulator. */
  readonly environment: Readonly<Record<string, string>>;
  createBucket(name: string): Promise<void>;
  /**
   * Calls the listener after each object that was put, posted, copied or deleted. It passes the event that S3
   * would send to a queue. Keys are percent-encoded, with "+" for a space, as S3 has them.
   */
  onEvent(listener: (event: S3Event) => void): void;
  close(): Promise<void>;
}

export interface S3EmulatorOptions {
  readonly buckets: readonly string[];
  /** Folder of the objects. By default, a temporary one that is deleted with the emulator. */
  readonly directory?: string;
  /** Keeps old and deleted versions of objects, as the stack's bucket does; they end with this process. */
  readonly versioned?: boolean;
}

/**
 * CORS rules that the stack gives the bucket where web pages use the API. They may read the answers to signed
 * URLs.
 */
const readableByWebPages =
  '<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>';

/** Starts S3 on a free port of 127.0.0.1. */
export async function startS3Emulator({
  buckets,
  directory,
  versioned = false,
}: S3EmulatorOptions): Promise<S3Emulator> {
  const root = directory === undefined ? await mkdtemp(join(tmpdir(), 's3-')) : resolve(directory);
  await mkdir(root, { recursive: true });
  const store = new WholeObjectStore(root, versioned);
  const server = serverOf(store, root, buckets);
  const address = await server.run();
  const url = `http://127.0.0.1:${address.port}`;
  const close = async () => {
    const closed = new Promise((done) => server.httpServer.close(done));
    server.httpServer.closeAllConnections();
    await closed;
    if (directory === undefined) await rm(root, { recursive: true, force: true });
  };
  return {
    url,
    environment: {
      AWS_ENDPOINT_URL_S3: url,
      AWS_ACCESS_KEY_ID: s3Credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3Credentials.secretAccessKey,
    },
    async createBucket(name) {
      await store.putBucket(name);
    },
    onEvent: (listener) => {
      server.on('event', (event) => listener(encodeKeys(event)));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Makes s3rver with what it lacks. */
function serverOf(store: WholeObjectStore, root: string, buckets: readonly string[]): S3rver {
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: root,
    silent: true,
    configureBuckets: buckets.map((name) => ({ name, configs: [readableByWebPages] })),
  });
  server.store = store;
  server.context.store = store;
  // These come in front of the router, which is the last.
  server.middleware.splice(
    -1,
    0,
    readCopySource,
    showVersions(store),
    pageListings,
    takeFormUploads(server, s3Credentials.secretAccessKey),
  );
  return server;
}

function encodeKeys(event: S3Event): S3Event {
  return {
    Records: event.Records.map((record) => {
      const { object } = record.s3;
      return { ...record, s3: { ...record.s3, object: { ...object, key: encodeEventKey(object.key) } } };
    }),
  };
}

/** Encodes a key as in S3's events. */
export function encodeEventKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
