import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import type { CloudTable } from '../local/emulators/cloud.ts';
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

/** Names a new table in the shared DynamoDB Local, for `startCloud`. It has no stream. */
export async function tableForCloud(): Promise<CloudTable> {
  return { url: await sharedService('dynamodb'), tableName: `cloud-${randomUUID()}`, hasStream: false };
}

/** Names a new table in the shared DynamoDB Local whose streams are followed. */
export async function followedTable(): Promise<CloudTable> {
  return { url: await sharedService('dynamodb-streams'), tableName: `cloud-${randomUUID()}` };
}
