import type { SQLOutputValue } from 'node:sqlite';
import type { EntryRecord } from '../entry.ts';
import type { HistoryChoice } from '../erasure.ts';
import { row } from '../shared/row.ts';

/** Bytes of an embedding that are searched for, and the fewest of a text. */
const traceBytes = 64;
const leastTraceBytes = 6;

/** Traces of the entries that are being erased. The files are searched for them once an entry is gone. */
export class ErasedTraces {
  /** Traces by the entries' ids, each with its place. */
  readonly #traces = new Map<number, Map<string, Uint8Array>>();

  /** Begins the traces of an entry. */
  noteEntry(
    { id, name, reason, notes }: EntryRecord,
    history: HistoryChoice,
    embeddings: Iterable<Uint8Array>,
  ): void {
    const traces = new Map<string, Uint8Array>();
    this.#traces.set(id, traces);
    // A history that is kept has them still.
    const texts = history === 'keep' ? [] : [name, reason, notes];
    for (const text of texts) if (text !== null) this.noteText(id, text);
    for (const embedding of embeddings) {
      traces.set(`embedding ${traces.size}`, embedding.subarray(0, traceBytes));
    }
  }

  /** Adds a text. A short one may stand anywhere by chance, and in the names of others. */
  noteText(entryId: number, text: string): void {
    const bytes = Buffer.from(JSON.stringify(text).slice(1, -1));
    if (bytes.length >= leastTraceBytes) this.#traces.get(entryId)?.set(text, bytes);
  }

  /** Adds what is kept of faces, from their rows. */
  noteKeptFaces(entryId: number, rows: readonly Record<string, SQLOutputValue>[]): void {
    for (const { id, embedding, code } of rows) {
      for (const [what, blob] of Object.entries({ embedding, code })) {
        const bytes = row<Uint8Array | null>(blob)?.slice(0, traceBytes);
        if (bytes) this.#traces.get(entryId)?.set(`${what} of kept face ${id}`, bytes);
      }
    }
  }

  /** Returns the traces of an entry; `undefined` if none were begun, as after a restart. */
  of(entryId: number): readonly Uint8Array[] | undefined {
    const traces = this.#traces.get(entryId);
    return traces && [...traces.values()];
  }

  forget(entryId: number): void {
    this.#traces.delete(entryId);
  }
}
