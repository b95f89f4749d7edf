import { makeZip } from 'client-zip';
import { type EndpointResponse, response } from './response.ts';

export interface ZippedFile {
  readonly name: string;
  readonly content: Uint8Array | string | AsyncIterable<string>;
}

/** Makes a zip file piece by piece: the next file is asked for when the one before was taken. */
export function zipOf(files: AsyncIterable<ZippedFile>): ReadableStream<Uint8Array> {
  const reader = makeZip(named(files), { buffersAreUTF8: true }).getReader();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // The library passes the reason on to the files, and gives it back as an error.
      cancel: (reason) => reader.cancel(reason).catch(() => undefined),
    },
    { highWaterMark: 0 },
  );
}

async function* named(files: AsyncIterable<ZippedFile>) {
  for await (const { name, content } of files) yield { name, input: content, lastModified: new Date() };
}

/** Answers with a zip file. No cache may keep it. */
export function zipResponse(
  fileName: string,
  zip: ReadableStream<Uint8Array> | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): EndpointResponse {
  return response({
    status: 200,
    headers: {
      ...headers,
      'Content-Type': 'application/zip',
      'Content-Disposition': `attachment; filename="${fileName}"`,
      'Cache-Control': 'private, no-store',
      'Cross-Origin-Resource-Policy': 'same-origin',
    },
    ...(zip instanceof ReadableStream
      ? { stream: zip }
      : { body: Buffer.from(zip).toString('base64'), isBase64: true }),
  });
}
