import { type EntryRecord, type ImageRecord, noDetails, type RecordStatus } from '../entry.ts';
import type { NodePlace } from '../shared/gaps.ts';
import { row } from '../shared/row.ts';
import { partitionKey } from './definition.ts';
import type { Item, Key } from './keys.ts';

/*
 * Items of the table. An index item holds only the key of another item:
 *
 * ```
 * pk                   sk              item
 * entry                <entry id>      an entry
 * entries#PENDING      <entry id>      index of hidden entries; the same with DELETING
 * name#<name>          name            the id of the entry that has the name
 * folded#<name>        <entry id>      index of entries by name without case and accents
 * image#<image id>     image           an image
 * images#<STATUS>      <date>#<id>     index of images by status
 * entry#<entry id>     <date>#<id>     index of images by entry
 * processed            <number>        a processed picture's answer, or the keys of its parts, and its time
 * processed#<scope>    <rank>          index of a scope's pictures, see `scopes.ts`
 * processed#<scope>    removed         the root of the counts of removed ranks, see `gaps.ts`
 * gaps#<scope>         branch#<number> a node of these counts; the same with leaf
 * erasure              <entry id>      an erasure, which stays when its entry is gone
 * erasures#open        <entry id>      index of erasures that are not settled
 * erasures#merged#<id> <entry id>      index of the entries that were merged into the entry of that id
 * note                 <name>          a note of the service to itself
 * picture#<picture id> picture         the number and time of a processed picture
 * review               <number>        what people say of a picture's matches, see `reviews.ts`
 * reviewed#<verdict>   <rank>          index of decided pictures, by their rank in the scope `match`
 * reviewed             <verdict>#<n>   the number of those in a bucket, see `review-pages.ts`
 * review-tally         <day>#<entry>#… counts of decided matches
 * review-event         <event id>      an event of a review, for the table's stream
 * arrived              <picture id>    a processed picture that waits for its number
 * numbering            turn            who numbers those now, see `numbering-turn.ts`
 * result#<random>      <place>         a part of an answer that is too large for one item
 * clock                <number>        the start of a run: its time, and the time of the picture before it
 * counter              entry           the last entry's id
 * counter              shown           the number of shown entries at first, see `shown-count.ts`
 * counter              shown#<shard>   how it has changed since, and how often
 * counter              processed       the last picture's number and time, and two scopes' last ranks
 * store                store           the table's own id
 * audit                shard-<n>       the ends of a chain of the audit trail, see `audit-chain.ts`
 * audit#shard-<n>      <sequence>      a line of that chain
 * ```
 *
 * DynamoDB's own indexes are read with a delay. So these are items, written in the transaction that changes
 * what they point to. Numbers in keys are padded, so that their order is that of the numbers.
 */

/** Fields of an entry that earlier versions did not keep. */
type LaterFields = keyof typeof noDetails | 'addedBy' | 'updatedBy' | 'updatedDate';

/**
 * A stored entry. Every change of the item raises `version`, also one of its images; `edition` is the version
 * of the entry itself. `folded` is the name in the key of its `foldedPlace`. Earlier versions left out the
 * optional attributes.
 */
export type EntryItem = Omit<EntryRecord, LaterFields | 'version'> &
  Partial<Pick<EntryRecord, LaterFields>> &
  Key & {
    readonly version: number;
    readonly edition?: number;
    readonly folded?: string;
    /** End of its maker's claim, while it is `PENDING`, in milliseconds since 1970. */
    readonly claimedUntil?: number;
  };

/**
 * Pads a number to the 16 digits of Number.MAX_SAFE_INTEGER. Anything but a whole number from 0 on becomes a
 * key at which there is never an item.
 */
export function padded(number: number): string {
  return String(number).padStart(16, '0');
}

export const entriesPartition = 'entry';
export const processedPartition = 'processed';
export const arrivalsPartition = 'arrived';
/** Partition of the starts of runs, see `clock.ts`. */
export const runsPartition = 'clock';
/** Names the partition of a scope's processed pictures, by rank; in `all`, the number is the rank. */
export const scopePartition = (scope: string) =>
  scope === 'all' ? processedPartition : `${processedPartition}#${scope}`;

/** Behind all ranks of its partition, so that the last rank is read together with it. */
const rootSortKey = 'removed';
export const gapNodeKey = (scope: string, { level, number }: NodePlace): Key =>
  level === 'root'
    ? { pk: scopePartition(scope), sk: rootSortKey }
    : { pk: `gaps#${scope}`, sk: `${level}#${padded(number)}` };
export const isGapRoot = ({ sk }: Key) => sk === rootSortKey;
export const noteKey = (name: string): Key => ({ pk: 'note', sk: name });

export const erasuresPartition = 'erasure';
export const openErasuresPartition = 'erasures#open';
export const erasureKey = (entryId: number): Key => ({ pk: erasuresPartition, sk: padded(entryId) });
export const openErasureKey = (entryId: number): Key => ({ pk: openErasuresPartition, sk: padded(entryId) });
export const mergedPartition = (entryId: number) => `erasures#merged#${padded(entryId)}`;
export const mergedPlace = (mergedInto: number, entryId: number): Key => ({
  pk: mergedPartition(mergedInto),
  sk: padded(entryId),
});

/** Which records of the table's stream tell of an entry that is taken off the list, in the same language. */
export const erasuresFilter = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { [partitionKey]: { S: [erasuresPartition] } } },
};

/**
 * Filter, in the language of Lambda's event source mappings, for the stream's records of pictures with a
 * match. `matched` is the picture's id.
 */
export const matchesFilter = {
  dynamodb: {
    Keys: { [partitionKey]: { S: [processedPartition] } },
    NewImage: { matched: { S: [{ exists: true }] } },
  },
};

/** Filter, in the same language, for the stream's records of reviews. */
export const reviewsFilter = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { [partitionKey]: { S: ['review-event'] } } },
};

export const reviewEventsPartition = 'review-event';
export const reviewBucketsPartition = 'reviewed';
export const talliesPartition = 'review-tally';
export const reviewedPartition = (verdict: string) => `${reviewBucketsPartition}#${verdict}`;
export const reviewKey = (number: number): Key => ({ pk: 'review', sk: padded(number) });

export const counterKey = (of: 'entry' | 'processed'): Key => ({ pk: 'counter', sk: of });
export const shownCountsKey: Key = { pk: 'counter', sk: 'shown' };
export const shownCountKey = (shard: number): Key => ({ pk: 'counter', sk: `shown#${shard}` });
export const entryKey = (entryId: number): Key => ({ pk: entriesPartition, sk: padded(entryId) });
export const nameKey = (name: string): Key => ({ pk: `name#${name}`, sk: 'name' });
/**
 * Names the partition of a folded name. A key has at most 2,048 bytes, and a folded name may be much longer,
 * so it is cut. Readers compare the rest.
 */
export const foldedPartition = (folded: string) => `folded#${folded.slice(0, 400).toWellFormed()}`;
export const foldedPlace = (folded: string, entryId: number): Key => ({
  pk: foldedPartition(folded),
  sk: padded(entryId),
});
export const imageKey = (imageId: string): Key => ({ pk: `image#${imageId}`, sk: 'image' });
export const pictureKey = (pictureId: string): Key => ({ pk: `picture#${pictureId}`, sk: 'picture' });
/** Returns the key of a picture's answer. */
export const processedKey = (number: number): Key => ({ pk: processedPartition, sk: padded(number) });

export const arrivalKey = (pictureId: string): Key => ({ pk: arrivalsPartition, sk: pictureId });
export const numberingTurnKey: Key = { pk: 'numbering', sk: 'turn' };
export const storeKey: Key = { pk: 'store', sk: 'store' };

export const hiddenEntriesPartition = (status: RecordStatus) => `entries#${status}`;
export const statusPartition = (status: RecordStatus) => `images#${status}`;
export const ownPartition = (entryId: number) => `entry#${padded(entryId)}`;

/** Returns the key of a hidden entry's index item, by status. */
export const hiddenEntryPlace = (entryId: number, status: RecordStatus): Key => ({
  pk: hiddenEntriesPartition(status),
  sk: padded(entryId),
});

/** Returns a sort key in the order in which images were made, as far as their makers' clocks agree. */
const imageOrder = ({ addedDate, id }: Pick<ImageRecord, 'addedDate' | 'id'>) => `${addedDate}#${id}`;

/** Returns the key of an image's index item by status. */
export const statusPlace = (
  image: Pick<ImageRecord, 'addedDate' | 'id' | 'status'>,
  status: RecordStatus = image.status,
): Key => ({ pk: statusPartition(status), sk: imageOrder(image) });

/** Returns the key of an image's index item by entry. */
export const entryPlace = (image: Pick<ImageRecord, 'addedDate' | 'id' | 'entryId'>): Key => ({
  pk: ownPartition(image.entryId),
  sk: imageOrder(image),
});

export const imageIdAt = ({ sk }: Key) => sk.slice(sk.indexOf('#') + 1);

export function entryRecord(item: Item): EntryRecord {
  const {
    pk: _pk,
    sk: _sk,
    version: _version,
    folded: _folded,
    claimedUntil: _claimedUntil,
    edition = 1,
    ...entry
  } = row<EntryItem>(item);
  return { ...noDetails, addedBy: null, updatedBy: null, updatedDate: null, ...entry, version: edition };
}

/** The attributes of an entry's item that its record decides. */
export function entryAttributes({ version, ...entry }: EntryRecord) {
  return { ...entry, edition: version };
}

export function imageRecord(item: Item): ImageRecord {
  const { id, entryId, key, addedDate, status, face, file = null, holder } = row<ImageRecord & Key>(item);
  return {
    id,
    entryId,
    key,
    addedDate,
    status,
    face: face && { ...face, quality: face.quality ?? null },
    file,
    ...(holder !== undefined && { holder }),
  };
}
