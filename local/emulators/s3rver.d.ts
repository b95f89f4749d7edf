/** Types of the used parts of s3rver 3.7.1, which has none of its own. */

declare module 's3rver' {
  import type { Server } from 'node:http';
  import type { AddressInfo } from 'node:net';
  import type { S3Event } from 'aws-lambda';
  import type { Context, S3Store } from 's3rver/lib/stores/filesystem.js';

  export default class S3rver {
    constructor(options: {
      address: string;
      port: number;
      directory: string;
      silent: boolean;
      configureBuckets: { name: string; configs: string[] }[];
    });
    store: S3Store;
    readonly context: { store: S3Store };
    /** Middleware of Koa: each calls the next one, and the last is the router. */
    readonly middleware: ((context: Context, next: () => Promise<void>) => Promise<void>)[];
    readonly httpServer: Server;
    on(name: 'event', listener: (event: S3Event) => void): this;
    emit(name: 'event', event: S3Event): boolean;
    run(): Promise<AddressInfo>;
  }
}

declare module 's3rver/lib/stores/filesystem.js' {
  import type { IncomingMessage } from 'node:http';
  import type { Readable } from 'node:stream';

  /** A request at s3rver, as Koa has it. */
  export interface Context {
    readonly req: IncomingMessage;
    readonly method: string;
    readonly path: string;
    readonly ip: string;
    query: Record<string, string | undefined>;
    status: number;
    body: unknown;
    type: string;
    set(name: string, value: string): void;
  }

  export interface StoredObject {
    readonly bucket: string;
    readonly key: string;
    readonly content: Readable | Buffer;
    readonly metadata: Record<string, unknown>;
  }

  export class S3Store {
    constructor(rootDirectory: string);
    readonly rootDirectory: string;
    getResourcePath(bucket: string, key: string, resource: string): string;
    getBucket(bucket: string): Promise<object | null>;
    putBucket(bucket: string): Promise<object>;
    putMetadata(bucket: string, key: string, metadata: Record<string, unknown>, md5: string): Promise<void>;
    putObject(object: StoredObject): Promise<{ size: number; md5: string }>;
    putPart(
      bucket: string,
      uploadId: string,
      partNumber: string,
      content: IncomingMessage,
    ): Promise<{ size: number; md5: string }>;
    existsObject(bucket: string, key: string): Promise<boolean>;
    getObject(bucket: string, key: string, options?: object): Promise<StoredObject | null>;
    listObjects(bucket: string, options: object): Promise<object>;
    deleteObject(bucket: string, key: string): Promise<void>;
    copyObject(
      sourceBucket: string,
      sourceKey: string,
      bucket: string,
      key: string,
      metadata: Record<string, unknown> | null,
    ): Promise<object>;
  }
  export { S3Store as default };
}

declare module 's3rver/lib/models/error.js' {
  export default class S3Error extends Error {
    constructor(code: string, message: string, detail?: Record<string, string>);
  }
}

declare module 's3rver/lib/models/event.js' {
  import type { S3Event } from 'aws-lambda';

  /** A class, though what it makes is the event alone. */
  const EventOfObject: new (
    data: { bucket: string; eventType: 'Post'; S3Item: object },
    request: { reqHeaders: object; sourceIp: string },
  ) => S3Event;
  export default EventOfObject;
}
