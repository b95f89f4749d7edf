import type { RecordStore } from '../port.ts';
import type { SqliteSession } from './session.ts';

/** Makes the part of the record store that keeps the service's notes for itself. */
export function serviceNotes(session: SqliteSession) {
  return {
    retention: () => noteOf(session, 'retention'),
    noteRetention: (note) => putNote(session, 'retention', note),
    unknownKept: () => noteOf(session, 'unknown-kept'),
    noteUnknownKept: (kept) => putNote(session, 'unknown-kept', kept),
  } satisfies Partial<RecordStore>;
}

async function noteOf<Note>(session: SqliteSession, name: string): Promise<Note | undefined> {
  const body = await session.read(() => session.statements.note.get(name)?.body);
  return body === undefined ? undefined : JSON.parse(String(body));
}

async function putNote(session: SqliteSession, name: string, note: object): Promise<void> {
  await session.write(() => session.statements.putNote.run(name, JSON.stringify(note)));
}
