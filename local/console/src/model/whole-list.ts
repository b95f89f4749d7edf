/** A page of what is sorted by falling numbers, and how many there are from its first one on. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

/** Limit on pages in a row of which all went while they were read. */
const mostEmptyPages = 10;

/**
 * Reads a whole list, page behind page. What comes or goes meanwhile, wherever it is, neither hides nor
 * doubles what stays.
 * @param read returns the page of the numbers that are smaller than `beforeId`
 */
export async function wholeList<Item>(
  read: (beforeId: number | undefined) => Promise<Page<Item>>,
  numberOf: (item: Item) => number,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let emptyPages = 0; emptyPages < mostEmptyPages; ) {
    const last = all.at(-1);
    const { items, total } = await read(last === undefined ? undefined : numberOf(last));
    all.push(...items);
    // A page of which some, or all, went while it was read need not be the last.
    if (items.length >= total) break;
    emptyPages = items.length > 0 ? 0 : emptyPages + 1;
  }
  return all;
}
