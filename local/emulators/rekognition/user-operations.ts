import type {
  AssociateFacesResponse,
  DisassociateFacesResponse,
  ListUsersResponse,
  SearchUsersByImageResponse,
  SearchUsersResponse,
  UserMatch,
} from '@aws-sdk/client-rekognition';
import { invalidParameters, noFaces } from './errors.ts';
import { define } from './operation.ts';
import { readPageToken, writePageToken } from './page-token.ts';
import * as parameters from './parameters.ts';
import { faceModelVersion } from './store.ts';
import type { UserHit } from './user-store.ts';

const defaultPageSize = 500;

export const createUser = define(parameters.CreateUser, ({ CollectionId, UserId }, { users }) => {
  users.create(CollectionId, UserId);
  return {};
});

export const deleteUser = define(parameters.DeleteUser, ({ CollectionId, UserId }, { users }) => {
  users.delete(CollectionId, UserId);
  return {};
});

export const listUsers = define(
  parameters.ListUsers,
  ({ CollectionId, NextToken, MaxResults }, { users }): ListUsersResponse => {
    const scope = `users ${CollectionId}`;
    const after = NextToken === undefined ? 0 : readPageToken(scope, NextToken);
    const { items, next } = users.list(CollectionId, after, MaxResults ?? defaultPageSize);
    return {
      Users: items.map(({ userId, status }) => ({ UserId: userId, UserStatus: status })),
      ...(next !== undefined && { NextToken: writePageToken(scope, next) }),
    };
  },
);

export const associateFaces = define(
  parameters.AssociateFaces,
  ({ CollectionId, UserId, FaceIds, UserMatchThreshold }, { users }): AssociateFacesResponse => {
    const { changed, failed } = users.associate(CollectionId, UserId, FaceIds, UserMatchThreshold);
    return {
      AssociatedFaces: changed.map((FaceId) => ({ FaceId })),
      UnsuccessfulFaceAssociations: failed,
      UserStatus: 'UPDATING',
    };
  },
);

export const disassociateFaces = define(
  parameters.DisassociateFaces,
  ({ CollectionId, UserId, FaceIds }, { users }): DisassociateFacesResponse => {
    const { changed, failed } = users.disassociate(CollectionId, UserId, FaceIds);
    return {
      DisassociatedFaces: changed.map((FaceId) => ({ FaceId })),
      UnsuccessfulFaceDisassociations: failed.map(({ FaceId, UserId: owner, Reasons }) => ({
        FaceId,
        ...(owner !== undefined && { UserId: owner }),
        Reasons: Reasons.filter((reason) => reason !== 'LOW_MATCH_CONFIDENCE'),
      })),
      UserStatus: 'UPDATING',
    };
  },
);

export const searchUsers = define(
  parameters.SearchUsers,
  ({ CollectionId, UserId, FaceId, UserMatchThreshold, MaxUsers }, { users }): SearchUsersResponse => {
    if ((UserId === undefined) === (FaceId === undefined)) throw invalidParameters();
    const limits = { threshold: UserMatchThreshold, limit: MaxUsers };
    if (UserId !== undefined) {
      const probe = users.userEmbedding(CollectionId, UserId);
      const hits = probe ? users.search(CollectionId, probe, { ...limits, except: UserId }) : [];
      return {
        UserMatches: hits.map(matchOf),
        FaceModelVersion: faceModelVersion,
        SearchedUser: { UserId },
      };
    }
    const probe = users.faceEmbedding(CollectionId, FaceId as string);
    return {
      UserMatches: users.search(CollectionId, probe, limits).map(matchOf),
      FaceModelVersion: faceModelVersion,
      SearchedFace: { FaceId },
    };
  },
);

export const searchUsersByImage = define(
  parameters.SearchUsersByImage,
  async (
    { CollectionId, Image, UserMatchThreshold, MaxUsers, QualityFilter },
    { store, users, engine },
  ): Promise<SearchUsersByImageResponse> => {
    store.checkExists(CollectionId);
    const { faces } = await engine.analyse(Image, { embed: 'all', filter: QualityFilter });
    const face = faces.find(({ problems }) => problems.length === 0);
    if (!face?.embedding) throw noFaces();
    const limits = { threshold: UserMatchThreshold, limit: MaxUsers };
    return {
      UserMatches: users.search(CollectionId, face.embedding, limits).map(matchOf),
      FaceModelVersion: faceModelVersion,
      SearchedFace: { FaceDetail: face.detail },
      UnsearchedFaces: faces
        .filter((other) => other !== face)
        .map(({ detail, problems }) => ({
          FaceDetails: detail,
          Reasons: problems.length > 0 ? problems.flatMap(searchReason) : ['FACE_NOT_LARGEST'],
        })),
    };
  },
);

type UnsearchedReason = NonNullable<
  NonNullable<SearchUsersByImageResponse['UnsearchedFaces']>[number]['Reasons']
>[number];

/** Converts a reason of indexing; searches know all of them but one. */
function searchReason(reason: string): UnsearchedReason[] {
  return reason === 'EXCEEDS_MAX_FACES' ? ['EXCEEDS_MAX_FACES'] : [reason as UnsearchedReason];
}

function matchOf({ user: { userId, status }, similarity }: UserHit): UserMatch {
  return { Similarity: similarity, User: { UserId: userId, UserStatus: status } };
}
