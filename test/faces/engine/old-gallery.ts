import { readFile } from 'node:fs/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { Box } from '../../../lib/contract/shapes.ts';
import { openSqliteEmbeddings } from '../../../lib/records/sqlite/embeddings.ts';

/** A face of sample 3, from left to right, as commit 5bea5f1 enrolled it, when `Fusion` was another model. */
interface OldFace {
  readonly imageId: string;
  readonly entryId: number;
  readonly model: string;
  readonly box: Box;
  /** Embedding in base64. */
  readonly embedding: string;
}

/** Lists persons 1, 2 and 3 as an earlier release did, under `owner(person)`. */
export async function writeOldGallery(database: DatabaseSync): Promise<void> {
  const text = await readFile(new URL('./old-gallery.json', import.meta.url), 'utf8');
  const { faces } = JSON.parse(text) as { faces: OldFace[] };
  await openSqliteEmbeddings(database);
  const insert = database.prepare(
    'INSERT INTO faces (image_id, entry_id, model, x, y, w, h, embedding) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { imageId, entryId, model, box, embedding } of faces) {
    const { x, y, w, h } = box;
    insert.run(imageId, entryId, model, x, y, w, h, Buffer.from(embedding, 'base64'));
  }
}
