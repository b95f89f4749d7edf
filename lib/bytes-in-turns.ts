import { setImmediate } from 'node:timers/promises';

/** Bytes that are copied at once. */
const pieceBytes = 1024 * 1024;

/** Number of bytes since other work had its turn; several copies may share it. */
export interface Turns {
  bytes: number;
}

/**
 * Copies bytes in pieces, between which the event loop goes on. The system gives new memory when it is first
 * written, which takes far longer than the copying: 24 MB held the loop for a quarter of a second.
 */
export async function copyInTurns(
  source: Uint8Array,
  target: Uint8Array,
  start = 0,
  turns: Turns = { bytes: 0 },
): Promise<void> {
  for (let at = 0; at < source.length; at += pieceBytes) {
    const piece = source.subarray(at, at + pieceBytes);
    target.set(piece, start + at);
    turns.bytes += piece.length;
    if (turns.bytes < pieceBytes) continue;
    turns.bytes = 0;
    await setImmediate();
  }
}

/** Joins parts as `Buffer.concat` does, as `copyInTurns` copies. */
export async function joinInTurns(
  parts: readonly Uint8Array[],
  turns: Turns = { bytes: 0 },
): Promise<Buffer> {
  const joined = Buffer.allocUnsafe(parts.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const part of parts) {
    await copyInTurns(part, joined, start, turns);
    start += part.length;
  }
  return joined;
}
