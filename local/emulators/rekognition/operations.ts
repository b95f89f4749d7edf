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
import { listTagsForResource, tagResource, untagResource } from './tag-operations.ts';
import {
  associateFaces,
  createUser,
  deleteUser,
  disassociateFaces,
  listUsers,
  searchUsers,
  searchUsersByImage,
} from './user-operations.ts';

/** Operations of the emulator, by the names of `X-Amz-Target`. */
export const operations = {
  AssociateFaces: associateFaces,
  CompareFaces: compareFaces,
  CreateCollection: createCollection,
  DeleteCollection: deleteCollection,
  CreateUser: createUser,
  DeleteFaces: deleteFaces,
  DeleteUser: deleteUser,
  DescribeCollection: describeCollection,
  DetectFaces: detectFaces,
  DisassociateFaces: disassociateFaces,
  IndexFaces: indexFaces,
  ListCollections: listCollections,
  ListFaces: listFaces,
  ListTagsForResource: listTagsForResource,
  ListUsers: listUsers,
  SearchFaces: searchFaces,
  SearchFacesByImage: searchFacesByImage,
  SearchUsers: searchUsers,
  SearchUsersByImage: searchUsersByImage,
  TagResource: tagResource,
  UntagResource: untagResource,
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;

export const operationNames = Object.keys(operations) as OperationName[];

export function isOperationName(name: string | undefined): name is OperationName {
  return name !== undefined && Object.hasOwn(operations, name);
}
