/**
 * Makes the key by which a region's collection is kept: regions are separate. No id has a slash. Earlier
 * versions kept a collection by its id alone, for all regions.
 */
export function collectionKey(region: string, id: string): string {
  return `${region}/${id}`;
}

/** Returns the id of a collection by its key. */
export function idOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
