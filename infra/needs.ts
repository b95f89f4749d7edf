import { bucketOwnerKey, smallerMark } from '../lib/images/key.ts';
import type { Companions } from './bundling.ts';

/**
 * Permissions and companions of one function, which gets a role of its own. There is an entry for each
 * endpoint of `lib/contract/api.ts`, by its operation, but for those of `refused-endpoints.ts`, and for each
 * function that no request calls. Those of `optionalEndpointNeeds` come with a setting.
 * `test/infra/roles.test.ts` shows the resulting roles.
 */
export interface Needs extends Companions {
  /** Actions on the table of the records. */
  readonly table?: readonly string[];
  /** True for a function that writes lines of the audit trail into the table. */
  readonly audit?: true;
  /** Actions on objects in the bucket, each with the patterns of their keys. */
  readonly objects?: Readonly<Record<string, readonly string[]>>;
  /**
   * Patterns of the keys that may be listed. S3 says that an object is absent only to those who may list
   * everything: a read has no prefix that a condition could name. Others are refused, and look for the one
   * key in a list of these. So no request can list the inbox, whose folders have people's names.
   * `everything` is for the health check, since `HeadBucket` has no prefix either, and for the two functions
   * that work on nearly every prefix.
   */
  readonly list?: readonly string[] | 'everything';
  /** To see all versions of such keys. */
  readonly versions?: readonly string[];
  /** On the collection. */
  readonly collection?: readonly string[];
  /** Further permissions for the faces of those who matched nobody. */
  readonly lookBack?: {
    /** Actions on the collection of these faces. */
    readonly collection: readonly string[];
    /** True to read reference pictures, which are compared with these faces. */
    readonly readsReferences?: true;
    /** True also in a stack that keeps none: faces that it kept before must go all the same. */
    readonly always?: true;
  };
  /** Calls to Rekognition that touch no collection: IAM knows no resource for them. */
  readonly withoutCollection?: readonly ('rekognition:CompareFaces' | 'rekognition:DetectFaces')[];
  /** Permission to publish match events on the account's event bus. */
  readonly matchEvents?: true;
  /** True if the function decodes pictures: it gets more memory, and fewer calls run at a time. */
  readonly pictures?: true;
}

const read = ['dynamodb:BatchGetItem', 'dynamodb:Query'];
/** A transaction needs the actions of its parts. */
const write = [
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
];

/**
 * The first enrolled face makes the collection. If a later step of enrolling fails, the faces are deleted
 * again.
 */
const enroll = ['rekognition:CreateCollection', 'rekognition:DeleteFaces', 'rekognition:IndexFaces'];
/**
 * A request or an upload that enrolls somebody also compares them with those who are listed, and with the
 * person's other pictures.
 */
const enrollAndCompare = {
  collection: [...enroll, 'rekognition:SearchFaces', 'rekognition:SearchFacesByImage'],
  withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
} as const;

/** Search among the faces that matched nobody, and their number. */
const searchKept = ['rekognition:DescribeCollection', 'rekognition:SearchFacesByImage'];
/** An erasure finds the person among these faces, and where that can't be, removes all. */
const eraseKept = {
  collection: [...searchKept, 'rekognition:DeleteFaces', 'rekognition:ListFaces'],
  readsReferences: true,
  always: true,
} as const;
/** The records name these faces, and remove them with their pictures. */
const removeKept = { collection: ['rekognition:DeleteFaces'], always: true } as const;

/** Keys of the pictures that a request may name. */
const readable = ['blacklist/*', 'cropped/*', 'inbox/*', 'processed/*', 'uploads/*'];

/**
 * Permissions to check that everything can be used. For Rekognition that means detecting faces in a picture
 * that the function carries.
 */
const lookAround: Needs = {
  table: read,
  list: 'everything',
  collection: ['rekognition:DescribeCollection'],
  withoutCollection: ['rekognition:DetectFaces'],
};

/** Patterns of the keys under which there may be pictures of a listed person. */
const ofPeople = ['blacklist/*', 'cropped/*', 'inbox/*', 'processed/*', 'rejected/*', 'uploads/*'];
/** Those of them that are no part of the history. */
const ofEntry = ['blacklist/*', 'inbox/*', 'rejected/*'];
const eraseReferences = { 's3:DeleteObject': ['blacklist/*'], 's3:DeleteObjectVersion': ['blacklist/*'] };

/**
 * Makes the actions that keep smaller pictures beside those that are shown, and take them back. No original
 * has such a key.
 */
function keepSmaller(...folders: readonly string[]): NonNullable<Needs['objects']> {
  const keys = folders.map((folder) => `${folder}/*${smallerMark}*`);
  return { 's3:DeleteObject': keys, 's3:DeleteObjectVersion': keys, 's3:PutObject': keys };
}

export const endpointNeeds: Readonly<Record<string, Needs>> = {
  processImages: {
    audit: true,
    table: [...read, ...write],
    objects: {
      's3:DeleteObject': ['cropped/*', 'processed/*', 'uploads/*'],
      's3:DeleteObjectVersion': ['uploads/*'],
      's3:GetObject': readable,
      's3:PutObject': ['cropped/*', 'processed/*'],
    },
    versions: ['uploads/*'],
    collection: ['rekognition:SearchFacesByImage'],
    lookBack: { collection: enroll },
    withoutCollection: ['rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  createProcessUpload: { audit: true, objects: { 's3:PutObject': ['uploads/*'] } },
  listProcessed: { audit: true, table: read },
  getProcessed: { audit: true, table: read },
  getProcessedImage: {
    audit: true,
    table: read,
    objects: { ...keepSmaller('cropped', 'processed'), 's3:GetObject': ['cropped/*', 'processed/*'] },
    list: ['cropped/*', 'processed/*'],
    versions: ['cropped/*', 'processed/*'],
    pictures: true,
    sharp: true,
  },
  reviewProcessed: { audit: true, table: [...read, ...write] },
  deleteProcessed: {
    audit: true,
    table: [...read, ...write],
    objects: { 's3:DeleteObject': ['cropped/*', 'processed/*'] },
    lookBack: removeKept,
  },
  deleteManyProcessed: {
    audit: true,
    table: [...read, ...write],
    objects: { 's3:DeleteObject': ['cropped/*', 'processed/*'] },
    lookBack: removeKept,
  },
  detectFaces: {
    audit: true,
    objects: { 's3:GetObject': readable },
    withoutCollection: ['rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  verify: {
    audit: true,
    objects: { 's3:GetObject': readable },
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  createEntry: {
    audit: true,
    table: [...read, ...write],
    // New pictures are compared with each other.
    objects: { ...eraseReferences, 's3:GetObject': ['blacklist/*'], 's3:PutObject': ['blacklist/*'] },
    list: ['blacklist/*'],
    versions: ['blacklist/*'],
    ...enrollAndCompare,
    lookBack: { collection: searchKept },
    pictures: true,
    sharp: true,
  },
  listEntries: { audit: true, table: read },
  getEntry: { audit: true, table: read },
  updateEntry: { audit: true, table: [...read, ...write] },
  patchEntry: { audit: true, table: [...read, ...write] },
  deleteEntry: {
    audit: true,
    table: [...read, ...write],
    objects: {
      's3:DeleteObject': ofPeople,
      's3:DeleteObjectVersion': ofPeople,
      // A merge compares the pictures of both entries.
      's3:GetObject': ['blacklist/*'],
    },
    list: ['blacklist/*', 'inbox/*', 'rejected/*', 'uploads/*'],
    versions: ofPeople,
    collection: ['rekognition:DeleteFaces'],
    lookBack: eraseKept,
    sharp: true,
  },
  // It compares two entries, adds pictures to the one, and deletes the other, but none of its history.
  mergeEntry: {
    audit: true,
    table: [...read, ...write],
    objects: {
      's3:DeleteObject': ofEntry,
      's3:DeleteObjectVersion': ofEntry,
      's3:GetObject': ['blacklist/*'],
      's3:PutObject': ['blacklist/*'],
    },
    list: ofEntry,
    versions: ofEntry,
    collection: [...enroll, 'rekognition:SearchFacesByImage'],
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  exportEntry: {
    audit: true,
    table: read,
    objects: { 's3:GetObject': ['blacklist/*', 'cropped/*', 'processed/*'] },
    list: ['blacklist/*', 'cropped/*', 'processed/*'],
  },
  searchHistory: {
    audit: true,
    table: read,
    objects: { 's3:GetObject': readable },
    list: ['cropped/*', 'processed/*'],
    collection: ['rekognition:SearchFacesByImage'],
    lookBack: { collection: [...searchKept, 'rekognition:ListFaces'] },
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  getErasure: { audit: true, table: read },
  addImages: {
    audit: true,
    table: [...read, ...write],
    objects: {
      ...eraseReferences,
      // A picture that the entry may have already is compared with it.
      's3:GetObject': ['blacklist/*'],
      's3:PutObject': ['blacklist/*'],
    },
    // One lost picture must not look like a bucket that is out of order.
    list: ['blacklist/*'],
    versions: ['blacklist/*'],
    ...enrollAndCompare,
    pictures: true,
    sharp: true,
  },
  listImages: { audit: true, table: read },
  getImage: {
    audit: true,
    table: read,
    objects: { ...keepSmaller('blacklist'), 's3:GetObject': ['blacklist/*'] },
    list: ['blacklist/*'],
    versions: ['blacklist/*'],
    pictures: true,
    sharp: true,
  },
  deleteImage: {
    audit: true,
    table: [...read, ...write],
    objects: eraseReferences,
    versions: ['blacklist/*'],
    collection: ['rekognition:DeleteFaces'],
  },
  createEntryUpload: { audit: true, table: read, objects: { 's3:PutObject': ['inbox/*'] } },
  verifyEntry: {
    audit: true,
    table: read,
    objects: { 's3:GetObject': readable },
    // One lost picture must not look like a bucket that is out of order.
    list: ['blacklist/*'],
    collection: ['rekognition:SearchFacesByImage'],
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  listEvents: { table: read },
  listAudit: { audit: true, table: read },
  welcome: {},
  health: lookAround,
  status: lookAround,
  openApi: {},
  docs: { swaggerFiles: ['favicon-32x32.png'] },
  docsAsset: { swaggerFiles: ['swagger-ui.css', 'swagger-ui-bundle.js'] },
};

/** Needs of the endpoints that have a function only where `lookBackDays` is set, by their operations. */
export const optionalEndpointNeeds: Readonly<Record<string, Needs>> = {
  lookBack: {
    audit: true,
    table: read,
    objects: { 's3:GetObject': ['blacklist/*'] },
    // One lost picture must not look like a bucket that is out of order.
    list: ['blacklist/*'],
    lookBack: { collection: searchKept },
    pictures: true,
    sharp: true,
  },
  console: { consoleFiles: true },
};

/** Needs of the function that indexes pictures from the bucket's inbox. */
export const indexUploadNeeds: Needs = {
  table: [...read, ...write],
  objects: {
    // The name may be that of an entry whose erasure broke off.
    's3:DeleteObject': [...ofPeople, 'inbox-notes/*'],
    's3:DeleteObjectVersion': ofPeople,
    // A picture that the entry may have already is compared with it.
    's3:GetObject': ['blacklist/*', 'inbox/*', 'inbox-notes/*'],
    's3:PutObject': ['blacklist/*', 'inbox-notes/*', 'rejected/*'],
  },
  list: 'everything',
  versions: ofPeople,
  ...enrollAndCompare,
  lookBack: eraseKept,
  pictures: true,
  sharp: true,
};

/**
 * Needs of the sweep, which makes the three stores agree. First it makes sure that the bucket does not belong
 * to another table.
 */
export const sweepNeeds: Needs = {
  table: [...read, ...write],
  objects: {
    's3:DeleteObject': ofPeople,
    's3:DeleteObjectVersion': ofPeople,
    's3:GetObject': ['blacklist/*', bucketOwnerKey],
    's3:PutObject': [bucketOwnerKey],
  },
  list: 'everything',
  versions: ofPeople,
  collection: [...enroll, 'rekognition:DescribeCollection', 'rekognition:ListFaces'],
  lookBack: eraseKept,
  pictures: true,
  sharp: true,
};

/**
 * Needs of the function that publishes the matches that the table's stream reports. Its event source grants
 * it the stream.
 */
export const publishMatchesNeeds: Needs = { table: ['dynamodb:BatchGetItem'], matchEvents: true };

/** Needs of all functions, by the functions' names. */
export const functionNeeds: Readonly<Record<string, Needs>> = {
  ...endpointNeeds,
  indexUpload: indexUploadNeeds,
  publishMatches: publishMatchesNeeds,
  sweep: sweepNeeds,
};
