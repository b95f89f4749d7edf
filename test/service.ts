import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { CloudTable } from '../local/emulators/cloud.ts';
import { s3Credentials } from '../local/emulators/s3-credentials.ts';
import type { ServiceName } from './set-up/services.ts';

/**
 * Gives the URL of an emulator that the test files share, started when the first of them asks.
 * @throws Error when it can't be started, with the reason.
 */
export async function sharedService(name: ServiceName): Promise<string> {
  const answer = await fetch(`${inject('services')}/${name}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Leads the SDK's own chain in this process to a service at that URL. */
export function useEndpoint(name: ServiceName, url: string): void {
  process.env[`AWS_ENDPOINT_URL_${name.toUpperCase()}`] = url;
  process.env.AWS_ACCESS_KEY_ID = s3Credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = s3Credentials.secretAccessKey;
}

/** Names a table of its own in the shared DynamoDB Local, for `startCloud`. */
export async function tableForCloud(): Promise<CloudTable> {
  return { url: await sharedService('dynamodb'), tableName: `cloud-${randomUUID()}` };
}
