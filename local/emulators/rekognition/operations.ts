import {
  createCollection,
  deleteCollection,
  deleteFaces,
  describeCollection,
  listCollections,
  listFaces,
} from './collection-operations.ts';
import { compareFaces, detectFaces, indexFaces, searchFaces, searchFacesByImage } from './face-operations.ts';
import type { Operation } from './operation.ts';

/** What the emulator can do, by the names of `X-Amz-Target`. */
export const operations = {
  CompareFaces: compareFaces,
  CreateCollection: createCollection,
  DeleteCollection: deleteCollection,
  DeleteFaces: deleteFaces,
  DescribeCollection: describeCollection,
  DetectFaces: detectFaces,
  IndexFaces: indexFaces,
  ListCollections: listCollections,
  ListFaces: listFaces,
  SearchFaces: searchFaces,
  SearchFacesByImage: searchFacesByImage,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations) as OperationName[];

export function isOperationName(name: string | undefined): name is OperationName {
  return name !== undefined && Object.hasOwn(operations, name);
}
