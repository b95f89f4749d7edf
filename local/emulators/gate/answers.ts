import { randomUUID } from 'node:crypto';
import type { NeededPermission } from './call.ts';
import { account } from './call.ts';

/** Services whose calls go through a gate. */
export type ServiceName = 's3' | 'dynamodb' | 'rekognition' | 'events' | 'sqs';

/** An answer of AWS that the gate gives by itself. */
export interface GateAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Statuses of S3's errors; others are 400. */
const s3Statuses: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  InternalError: 500,
  InvalidObjectState: 403,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  PreconditionFailed: 412,
  ServiceUnavailable: 503,
  SlowDown: 503,
};

/** Makes an error in the service's own protocol. */
export function errorAnswer(service: ServiceName, code: string, message: string): GateAnswer {
  const requestId = randomUUID();
  if (service === 's3') {
    const text = escapeXml(message);
    return {
      status: s3Statuses[code] ?? 400,
      type: 'application/xml',
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${text}</Message><RequestId>${requestId}</RequestId><HostId>emulator</HostId></Error>`,
    };
  }
  const isServers = /^(Internal|ServiceUnavailable)/.test(code);
  const body =
    service === 'dynamodb'
      ? { __type: `${namespaceOf(code)}#${code}`, Message: message, message }
      : { __type: code, Code: code, Message: message, message, Logref: requestId };
  return {
    status: isServers ? 500 : 400,
    type: service === 'dynamodb' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1',
    body: JSON.stringify(body),
  };
}

function namespaceOf(code: string): string {
  return code === 'AccessDeniedException' || code === 'ThrottlingException'
    ? 'com.amazon.coral.service'
    : 'com.amazonaws.dynamodb.v20120810';
}

/** Makes the answer to a caller whose role does not allow a permission. */
export function refusal(service: ServiceName, name: string, needed: NeededPermission): GateAnswer {
  const code = service === 's3' ? 'AccessDenied' : 'AccessDeniedException';
  return errorAnswer(service, code, refusalText(name, needed));
}

/** Words the refusal as IAM does. */
export function refusalText(name: string, { action, resource }: NeededPermission): string {
  const user = `arn:aws:sts::${account}:assumed-role/${name}/${name}`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

/** Makes S3's good answer to `DeleteObjects` that tells of objects which it kept. */
export function keptObjects(keys: readonly string[], code: string, message: string): GateAnswer {
  const errors = keys.map(
    (key) =>
      `<Error><Key>${escapeXml(key)}</Key><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`,
  );
  return {
    status: 200,
    type: 'application/xml',
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${errors.join('')}</DeleteResult>`,
  };
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
