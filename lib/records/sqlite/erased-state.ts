import type { DatabaseSync } from 'node:sqlite';
import { bucketOf } from '../shared/review-pages.ts';
import { stateOf } from '../shared/reviews.ts';
import { crowdScope, entryScope } from '../shared/scopes.ts';
import { storedResult } from '../shared/stored-result.ts';
import { reviewedMatches } from './processed.ts';

/**
 * Adds the state of pictures whose matches were erased before anybody judged them. Earlier versions left
 * these open, though nobody could judge them.
 */
export function addErasedState(database: DatabaseSync): void {
  database.exec(`
    CREATE TABLE review_again (
      processed_id INTEGER PRIMARY KEY REFERENCES processed (id) ON DELETE CASCADE,
      matches TEXT NOT NULL,
      verdict TEXT CHECK (verdict IN ('confirmed', 'rejected', 'unsure', 'erased')),
      rank INTEGER
    ) STRICT;
    INSERT INTO review_again SELECT processed_id, matches, verdict, rank FROM review;
    DROP TABLE review;
    ALTER TABLE review_again RENAME TO review;
    CREATE INDEX review_rank ON review (verdict, rank) WHERE verdict IS NOT NULL;`);
  const erased = database.prepare('SELECT entry_id FROM erasure').all();
  if (erased.length === 0) return;
  const scopes = [crowdScope, ...erased.map(({ entry_id }) => entryScope(Number(entry_id)))];
  const open = database.prepare(`
    SELECT DISTINCT id FROM processed_place JOIN processed ON id = processed_place.processed_id
    LEFT JOIN review ON review.processed_id = id
    WHERE scope IN (SELECT value FROM json_each(?)) AND verdict IS NULL`);
  for (const { id } of open.all(JSON.stringify(scopes))) close(database, Number(id));
}

function close(database: DatabaseSync, id: number): void {
  const found = database
    .prepare(`
      SELECT at, result, matches, place.rank FROM processed
      JOIN processed_place AS place ON place.processed_id = id AND scope = 'match'
      LEFT JOIN review ON review.processed_id = id WHERE id = ?`)
    .get(id);
  if (!found) return;
  const reviewed = reviewedMatches(found.matches);
  const state = stateOf(storedResult(String(found.result), id, Number(found.at)), reviewed);
  if (!state) return;
  const rank = Number(found.rank);
  database
    .prepare(`
      INSERT INTO review (processed_id, matches, verdict, rank) VALUES (?, ?, ?, ?)
      ON CONFLICT (processed_id) DO UPDATE SET verdict = excluded.verdict`)
    .run(id, JSON.stringify(reviewed), state, rank);
  database
    .prepare(`
      INSERT INTO review_bucket (verdict, bucket, pictures) VALUES (?, ?, 1)
      ON CONFLICT (verdict, bucket) DO UPDATE SET pictures = pictures + 1`)
    .run(state, bucketOf(rank));
}
