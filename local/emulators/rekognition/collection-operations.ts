import type {
  CreateCollectionResponse,
  DeleteCollectionResponse,
  DeleteFacesResponse,
  ListCollectionsResponse,
  ListFacesResponse,
  UnsuccessfulFaceDeletion,
} from '@aws-sdk/client-rekognition';
import { define } from './operation.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import * as parameters from './parameters.ts';
import { parseParameters } from './parameters.ts';
import { faceModelVersion, faceOf } from './store.ts';

const accountId = '000000000000';

/** Default page size. The service's own is not published. */
const defaultPageSize = 1000;

export const createCollection = define(
  parameters.CreateCollection,
  ({ CollectionId }, { store, region }): CreateCollectionResponse => {
    store.createCollection(CollectionId);
    return {
      StatusCode: 200,
      // The service leaves the `arn:` out here, and here only.
      CollectionArn: `aws:rekognition:${region}:${accountId}:collection/${CollectionId}`,
      FaceModelVersion: faceModelVersion,
    };
  },
);

export const describeCollection = define(
  parameters.DescribeCollection,
  ({ CollectionId }, { store, region }) => {
    const { createdMs, faceCount } = store.getCollection(CollectionId);
    return {
      FaceCount: faceCount,
      FaceModelVersion: faceModelVersion,
      CollectionARN: `arn:aws:rekognition:${region}:${accountId}:collection/${CollectionId}`,
      CreationTimestamp: createdMs / 1000,
      UserCount: 0,
    };
  },
);

export const listCollections = define(
  parameters.ListCollections,
  ({ NextToken, MaxResults }, { store }): ListCollectionsResponse => {
    const after = NextToken === undefined ? 0 : readPageToken('collections', NextToken);
    const { items, next } = store.listCollections(after, MaxResults || defaultPageSize);
    return {
      CollectionIds: items,
      FaceModelVersions: items.map(() => faceModelVersion),
      ...(next !== undefined && { NextToken: writePageToken('collections', next) }),
    };
  },
);

export const deleteCollection = define(
  parameters.DeleteCollection,
  ({ CollectionId }, { store }): DeleteCollectionResponse => {
    store.deleteCollection(CollectionId);
    return { StatusCode: 200 };
  },
);

export const listFaces = define(
  parameters.ListFaces,
  ({ CollectionId, NextToken, MaxResults, FaceIds, UserId }, { store }): ListFacesResponse => {
    const scope = `faces ${CollectionId}`;
    const after = NextToken === undefined ? 0 : readPageToken(scope, NextToken);
    // The emulator has no users, so none of them has a face.
    const faceIds = UserId === undefined ? FaceIds : [];
    const limit = MaxResults || defaultPageSize;
    const { items, next } = store.listFaces(CollectionId, { after, limit, faceIds });
    return {
      Faces: items.map(faceOf),
      FaceModelVersion: faceModelVersion,
      ...(next !== undefined && { NextToken: writePageToken(scope, next) }),
    };
  },
);

export const deleteFaces = define(
  parameters.DeleteFaces,
  ({ CollectionId, FaceIds }, { store }): DeleteFacesResponse => {
    const deleted = store.deleteFaces(CollectionId, FaceIds);
    const absent = [...new Set(FaceIds).difference(new Set(deleted))];
    return {
      DeletedFaces: deleted,
      UnsuccessfulFaceDeletions: absent.map((FaceId) => ({ FaceId, Reasons: ['FACE_NOT_FOUND'] })),
    };
  },
);

/** Makes the answer of a `DeleteFaces` that deletes nothing. */
export function keptFaces(
  input: unknown,
  reason: NonNullable<UnsuccessfulFaceDeletion['Reasons']>[number],
): DeleteFacesResponse {
  const { FaceIds } = parseParameters(parameters.DeleteFaces, input);
  return {
    DeletedFaces: [],
    UnsuccessfulFaceDeletions: FaceIds.map((FaceId) => ({ FaceId, Reasons: [reason] })),
  };
}
