import type {
  CreateCollectionResponse,
  DeleteCollectionResponse,
  DeleteFacesResponse,
  ListCollectionsResponse,
  ListFacesResponse,
  UnsuccessfulFaceDeletion,
} from '@aws-sdk/client-rekognition';
import { idOf } from './collection-key.ts';
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
  ({ CollectionId, Tags }, { store, region }): CreateCollectionResponse => {
    store.createCollection(CollectionId, Tags);
    return {
      StatusCode: 200,
      // The service leaves the `arn:` out here, and here only.
      CollectionArn: `aws:rekognition:${region}:${accountId}:collection/${idOf(CollectionId)}`,
      FaceModelVersion: faceModelVersion,
    };
  },
);

export const describeCollection = define(
  parameters.DescribeCollection,
  ({ CollectionId }, { store, users, region }) => {
    const { createdMs, faceCount } = store.getCollection(CollectionId);
    return {
      FaceCount: faceCount,
      FaceModelVersion: faceModelVersion,
      CollectionARN: `arn:aws:rekognition:${region}:${accountId}:collection/${idOf(CollectionId)}`,
      CreationTimestamp: createdMs / 1000,
      UserCount: users.count(CollectionId),
    };
  },
);

export const listCollections = define(
  parameters.ListCollections,
  ({ NextToken, MaxResults }, { store, region }): ListCollectionsResponse => {
    const scope = `collections ${region}`;
    const after = NextToken === undefined ? 0 : readPageToken(scope, NextToken);
    const { items, next } = store.listCollections(region, after, MaxResults || defaultPageSize);
    return {
      CollectionIds: items,
      FaceModelVersions: items.map(() => faceModelVersion),
      ...(next !== undefined && { NextToken: writePageToken(scope, next) }),
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
  ({ CollectionId, NextToken, MaxResults, FaceIds, UserId }, { store, users }): ListFacesResponse => {
    const scope = `faces ${CollectionId}`;
    const after = NextToken === undefined ? 0 : readPageToken(scope, NextToken);
    const own = UserId === undefined ? undefined : users.facesOf(CollectionId, UserId);
    const faceIds = own && FaceIds ? own.filter((id) => FaceIds.includes(id)) : (own ?? FaceIds);
    const limit = MaxResults || defaultPageSize;
    const { items, next } = store.listFaces(CollectionId, { after, limit, faceIds });
    const userOf = users.usersOf(
      CollectionId,
      items.map(({ faceId }) => faceId),
    );
    return {
      Faces: items.map((face) => faceOf(face, userOf.get(face.faceId))),
      FaceModelVersion: faceModelVersion,
      ...(next !== undefined && { NextToken: writePageToken(scope, next) }),
    };
  },
);

export const deleteFaces = define(
  parameters.DeleteFaces,
  ({ CollectionId, FaceIds }, { store, users }): DeleteFacesResponse => {
    store.checkExists(CollectionId);
    const userOf = users.usersOf(CollectionId, FaceIds);
    const deleted = store.deleteFaces(
      CollectionId,
      FaceIds.filter((id) => !userOf.has(id)),
    );
    const kept = [...new Set(FaceIds).difference(new Set(deleted))];
    return {
      DeletedFaces: deleted,
      UnsuccessfulFaceDeletions: kept.map((FaceId) => {
        const UserId = userOf.get(FaceId);
        if (UserId === undefined) return { FaceId, Reasons: ['FACE_NOT_FOUND'] };
        return { FaceId, UserId, Reasons: ['ASSOCIATED_TO_AN_EXISTING_USER'] };
      }),
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
