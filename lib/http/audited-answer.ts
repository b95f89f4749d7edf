import type { APIGatewayProxyEvent } from 'aws-lambda';
import { accesses } from '#audit';
import { type AuditScope, factsOf, inAuditScope } from '../audit/scope.ts';
import type { Endpoint } from '../contract/endpoint.ts';
import { logFailure } from '../log.ts';
import type { Actor } from '../service/actor.ts';
import { decoded } from './path-parameters.ts';
import { type EndpointResponse, failed } from './response.ts';

/** Does the work on behalf of the scope's actor, and leaves its audit line; a failure becomes an answer. */
export function answeredInScope(
  scope: AuditScope,
  operation: Endpoint,
  requestId: string,
  work: () => Promise<EndpointResponse>,
): Promise<EndpointResponse> {
  return inAuditScope(scope, async () => {
    try {
      const answer = await work();
      await recordAccess(scope, operation, answer.status);
      return answer;
    } catch (error) {
      const answer = failed(error, requestId);
      await recordAccess(scope, operation, answer.status).catch((error: unknown) =>
        logFailure(requestId, error),
      );
      return answer;
    }
  });
}

/** Makes the audit scope of a request. */
export function scopeOf(
  { name, role }: Actor,
  { operationId, success }: Endpoint,
  event: APIGatewayProxyEvent,
): AuditScope {
  const { id, db_id, image_id } = decoded(event.pathParameters);
  return {
    actor: name,
    role,
    action: operationId,
    requestId: event.requestContext.requestId,
    outcome: success.status,
    threshold: null,
    detail: null,
    about: {
      entryId: wholeNumber(id ?? event.queryStringParameters?.entry_id),
      // Clients choose it: only what may be an id is kept.
      imageId: image_id !== undefined && /^[\da-f-]{36}$/.test(image_id) ? image_id : null,
      pictureId: wholeNumber(db_id),
    },
    written: 0,
  };
}

/**
 * Writes the audit trail's line of a request that has changed nothing, or has failed. A change that went well
 * has written its own line, in its own transaction.
 */
async function recordAccess(scope: AuditScope, { unaudited }: Endpoint, status: number): Promise<void> {
  if (unaudited || (status < 400 && scope.written > 0)) return;
  await accesses.record(factsOf({ ...scope, outcome: status }, {}));
}

function wholeNumber(text: string | undefined): number | null {
  const number = /^\d{1,15}$/.test(text ?? '') ? Number(text) : 0;
  return number > 0 ? number : null;
}
