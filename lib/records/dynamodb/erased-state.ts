import { crowdScope, entryScope } from '../shared/scopes.ts';
import type { TableClient } from './client.ts';
import { erasuresPartition, isGapRoot, scopePartition } from './items.ts';
import { noteOf, putNote } from './notes.ts';
import { placesInState } from './reviewed-pages.ts';
import { closePicture } from './reviews.ts';

/** Note of a table in which no earlier version left any picture open. */
const noteName = 'erased-closed';

/** Closes the pictures whose matches were erased before anybody judged them. Returns how many there were. */
export async function closeErased(table: TableClient): Promise<number> {
  if (await noteOf<boolean>(table, noteName)) return 0;
  let count = 0;
  for (const scope of await erasedScopes(table)) {
    for await (const items of table.query(scopePartition(scope))) {
      const places = items.filter((item) => !isGapRoot(item));
      for (const { number } of await placesInState(table, places, 'open')) {
        if (await closePicture(table, Number(number))) count++;
      }
    }
  }
  await putNote(table, noteName, true);
  return count;
}

/** Names the scopes that have all pictures which show anybody erased. */
async function erasedScopes(table: TableClient): Promise<string[]> {
  const scopes = [crowdScope];
  for await (const erasures of table.query(erasuresPartition)) {
    scopes.push(...erasures.map(({ sk }) => entryScope(Number(sk))));
  }
  return scopes;
}
