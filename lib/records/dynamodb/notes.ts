import { again, type TableClient } from './client.ts';
import { noteKey } from './items.ts';

/** Reads a note of the service for itself; `undefined` before the first `putNote`. */
export async function noteOf<Note>(table: TableClient, name: string): Promise<Note | undefined> {
  const item = await table.get(noteKey(name));
  return item && JSON.parse(String(item.body));
}

export async function putNote(table: TableClient, name: string, body: unknown): Promise<void> {
  const put = { ...noteKey(name), body: JSON.stringify(body) };
  await table.settle(async () => (await table.transact([{ put }])).done || again);
}
