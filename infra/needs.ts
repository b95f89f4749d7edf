import { bucketOwnerKey } from '../lib/images/key.ts';
import type { Companions } from './bundling.ts';

/**
 * What each function may do and is given: one entry for each endpoint of `lib/contract/api.ts`, by its operation, and for the functions
 * that no request calls. Each becomes a role of its own; `test/infra/roles.test.ts` shows what comes out.
 */
export interface Needs extends Companions {
  /** On the table of the records. */
  readonly table?: readonly string[];
  /** On objects in the bucket, whose keys are these. */
  readonly objects?: Readonly<Record<string, readonly string[]>>;
  /** To list such keys. Only who may list everything is told by S3 that an object is absent. */
  readonly list?: readonly string[] | 'everything';
  /** To see all versions of such keys. */
  readonly versions?: readonly string[];
  /** On the collection. */
  readonly collection?: readonly string[];
  /** Calls to Rekognition that touch no collection: IAM knows no resource for them. */
  readonly withoutCollection?: readonly ('rekognition:CompareFaces' | 'rekognition:DetectFaces')[];
  /** To publish match events on the account's event bus. */
  readonly matchEvents?: true;
  /** Pictures are decoded: more memory, and fewer calls at a time. */
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

/** The collection is made when the first face is enrolled; what goes wrong later is undone. */
const enroll = ['rekognition:CreateCollection', 'rekognition:DeleteFaces', 'rekognition:IndexFaces'];
/** Whoever is enrolled by a request or an upload is compared with those who are listed. */
const enrollAndCompare = [...enroll, 'rekognition:SearchFaces'];

/** Where pictures lie that a request may name. */
const readable = ['blacklist/*', 'cropped/*', 'inbox/*', 'processed/*', 'uploads/*'];

/** Whether everything can be used; Rekognition by a picture that the function carries. */
const lookAround: Needs = {
  table: read,
  list: 'everything',
  collection: ['rekognition:DescribeCollection'],
  withoutCollection: ['rekognition:DetectFaces'],
};

/** Where there may be pictures of a listed person. */
const ofPeople = ['blacklist/*', 'cropped/*', 'inbox/*', 'processed/*', 'rejected/*'];
const eraseReferences = { 's3:DeleteObject': ['blacklist/*'], 's3:DeleteObjectVersion': ['blacklist/*'] };

export const endpointNeeds: Readonly<Record<string, Needs>> = {
  processImages: {
    table: [...read, ...write],
    objects: {
      's3:DeleteObject': ['cropped/*', 'processed/*'],
      's3:GetObject': readable,
      's3:PutObject': ['cropped/*', 'processed/*'],
    },
    collection: ['rekognition:SearchFacesByImage'],
    withoutCollection: ['rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  createProcessUpload: { objects: { 's3:PutObject': ['uploads/*'] } },
  listProcessed: { table: read },
  getProcessed: { table: read },
  getProcessedImage: {
    table: read,
    objects: { 's3:GetObject': ['cropped/*', 'processed/*'] },
    list: 'everything',
  },
  deleteProcessed: {
    table: [...read, ...write],
    objects: { 's3:DeleteObject': ['cropped/*', 'processed/*'] },
  },
  deleteManyProcessed: {
    table: [...read, ...write],
    objects: { 's3:DeleteObject': ['cropped/*', 'processed/*'] },
  },
  detectFaces: {
    objects: { 's3:GetObject': readable },
    withoutCollection: ['rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  verify: {
    objects: { 's3:GetObject': readable },
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  createEntry: {
    table: [...read, ...write],
    objects: { ...eraseReferences, 's3:PutObject': ['blacklist/*'] },
    list: ['blacklist/*'],
    versions: ['blacklist/*'],
    collection: enrollAndCompare,
    pictures: true,
    sharp: true,
  },
  listEntries: { table: read },
  getEntry: { table: read },
  updateEntry: { table: [...read, ...write] },
  deleteEntry: {
    table: [...read, ...write],
    objects: { 's3:DeleteObject': ofPeople, 's3:DeleteObjectVersion': ofPeople },
    list: ['blacklist/*', 'inbox/*', 'rejected/*'],
    versions: ofPeople,
    collection: ['rekognition:DeleteFaces'],
  },
  getErasure: { table: read },
  addImages: {
    table: [...read, ...write],
    objects: { ...eraseReferences, 's3:PutObject': ['blacklist/*'] },
    versions: ['blacklist/*'],
    collection: enrollAndCompare,
    pictures: true,
    sharp: true,
  },
  listImages: { table: read },
  getImage: { table: read, objects: { 's3:GetObject': ['blacklist/*'] }, list: 'everything' },
  deleteImage: {
    table: [...read, ...write],
    objects: eraseReferences,
    versions: ['blacklist/*'],
    collection: ['rekognition:DeleteFaces'],
  },
  createEntryUpload: { table: read, objects: { 's3:PutObject': ['inbox/*'] } },
  verifyEntry: {
    table: read,
    objects: { 's3:GetObject': readable },
    collection: ['rekognition:SearchFacesByImage'],
    withoutCollection: ['rekognition:CompareFaces', 'rekognition:DetectFaces'],
    pictures: true,
    sharp: true,
  },
  welcome: {},
  health: lookAround,
  status: lookAround,
  openApi: {},
  docs: { swaggerFiles: ['favicon-32x32.png'] },
  docsAsset: { swaggerFiles: ['swagger-ui.css', 'swagger-ui-bundle.js'] },
};

/** Indexes what was put into the bucket's inbox. */
export const indexUploadNeeds: Needs = {
  table: [...read, ...write],
  objects: {
    // The name may be that of an entry whose erasure broke off.
    's3:DeleteObject': [...ofPeople, 'inbox-notes/*'],
    's3:DeleteObjectVersion': ofPeople,
    's3:GetObject': ['inbox/*', 'inbox-notes/*'],
    's3:PutObject': ['blacklist/*', 'inbox-notes/*', 'rejected/*'],
  },
  list: 'everything',
  versions: ofPeople,
  collection: enrollAndCompare,
  pictures: true,
  sharp: true,
};

/** Brings the three stores together; first it makes sure that the bucket is not another table's. */
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
  pictures: true,
  sharp: true,
};

/** Publishes what the table's stream tells of matches; its event source grants it the stream. */
export const publishMatchesNeeds: Needs = { table: ['dynamodb:BatchGetItem'], matchEvents: true };

/** Of all functions, by their names. */
export const functionNeeds: Readonly<Record<string, Needs>> = {
  ...endpointNeeds,
  indexUpload: indexUploadNeeds,
  publishMatches: publishMatchesNeeds,
  sweep: sweepNeeds,
};
