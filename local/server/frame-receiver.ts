import type { IncomingMessage, ServerResponse } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import { SourceError } from '../../lib/cameras/port.ts';
import type { CameraWatcher } from '../../lib/cameras/watch.ts';
import { pushFrameContract } from '../../lib/contract/endpoints/cameras.ts';
import { InputUnreadableError } from '../../lib/errors.ts';
import { BodyBudget } from './body-budget.ts';
import type { StreamRoute } from './gateway.ts';
import { readRequestBody } from './request-body.ts';
import { readUploadForm } from './uploads-form.ts';

/** Bytes of the largest picture of a camera that pushes. */
const maxPictureBytes = 16 * 1024 * 1024;
/** Pictures of all cameras on their way at once. */
const budget = { bytes: 8 * maxPictureBytes, requests: 128, callerShare: 0.75 };

/** Makes the endpoint that takes the pictures of cameras that push. */
export function frameReceiver(find: (name: string) => CameraWatcher): StreamRoute {
  const bodies = new BodyBudget(budget);
  return {
    contract: pushFrameContract,
    async receive(request, response, caller, { name = '' }, requireStill) {
      const watcher = find(decodedText(name));
      using share = bodies.share(caller);
      const bytes = await pictureOf(request, response, share);
      requireStill();
      try {
        await watcher.receive(bytes);
      } catch (error) {
        if (!(error instanceof SourceError)) throw error;
        throw new InputUnreadableError(error.message, { cause: error });
      }
      return answer(watcher.settings.name);
    },
  };
}

async function pictureOf(
  request: IncomingMessage,
  response: ServerResponse,
  share: ReturnType<BodyBudget['share']>,
): Promise<Uint8Array> {
  if (!/^multipart\/form-data/i.test(request.headers['content-type'] ?? '')) {
    return readRequestBody(request, response, { maxBytes: maxPictureBytes, share });
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  const take = async (_fields: unknown, file: AsyncIterable<Uint8Array>) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of file) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  return readUploadForm(request, { maxFileBytes: maxPictureBytes, share, take });
}

function answer(camera: string): APIGatewayProxyResult {
  return {
    statusCode: pushFrameContract.success.status,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ camera }),
  };
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
