import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { CloudTable } from '../local/emulators/cloud.ts';
import { s3Credentials } from '../local/emulators/s3-credentials.ts';
import type { ServiceName } from './set-up/services.ts';

/**
 * Gives the URL of an emulator that the test files share. The first test that asks for it starts it.
 *
 * @throws Error with the reason if it can't be started.
 */
export async function sharedService(name: ServiceName): Promise<string> {
  const answer = await fetch(`${inject('services')}/${name}`);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

/** Makes the SDK in this process find a service at that URL. */
export function useEndpoint(name: ServiceName, url: string): void {
  process.env[`AWS_ENDPOINT_URL_${name.toUpperCase()}`] = url;
  process.env.AWS_ACCESS_KEY_ID = s3Credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = s3Credentials.secretAccessKey;
}

/** Names a new table in the shared DynamoDB Local, for `startCloud`. */
export async function tableForCloud(): Promise<CloudTable> {
  return { url: await sharedService('dynamodb'), tableName: `cloud-${randomUUID()}` };
}
