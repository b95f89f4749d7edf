import type {
  ComparedFace,
  CompareFacesResponse,
  DetectFacesResponse,
  IndexFacesResponse,
  Reason,
  SearchFacesByImageResponse,
  SearchFacesResponse,
} from '@aws-sdk/client-rekognition';
import { allSettled } from '../../../lib/settled.ts';
import type { AnalysedFace } from './engine.ts';
import { invalidParameters, noFaces } from './errors.ts';
import { compareEmbeddings, type IndexHit } from './face-index.ts';
import { define } from './operation.ts';
import * as parameters from './parameters.ts';
import { faceModelVersion, faceOf } from './store.ts';

export const detectFaces = define(
  parameters.DetectFaces,
  async ({ Image }, { engine }): Promise<DetectFacesResponse> => {
    const { faces } = await engine.analyse(Image, { embed: 'none', filter: 'NONE' });
    return { FaceDetails: faces.map(({ detail }) => detail) };
  },
);

export const indexFaces = define(
  parameters.IndexFaces,
  async (
    { CollectionId, Image, ExternalImageId, MaxFaces, QualityFilter },
    { store, engine },
  ): Promise<IndexFacesResponse> => {
    store.checkExists(CollectionId);
    const { imageId, faces } = await engine.analyse(Image, { embed: 'all', filter: QualityFilter });
    const good = faces.filter(({ problems }) => problems.length === 0);
    const indexed = good.slice(0, MaxFaces);
    const stored = store.addFaces(
      CollectionId,
      indexed.map((face) => ({
        imageId,
        externalImageId: ExternalImageId,
        box: face.detail.BoundingBox,
        confidence: face.detail.Confidence,
        embedding: embeddingOf(face),
      })),
    );
    const reasonsOf = (face: AnalysedFace): Reason[] =>
      face.problems.length > 0 ? [...face.problems] : ['EXCEEDS_MAX_FACES'];
    return {
      FaceRecords: stored.map((face, position) => {
        const detail = indexed[position]?.detail;
        return { Face: faceOf(face), ...(detail && { FaceDetail: detail }) };
      }),
      FaceModelVersion: faceModelVersion,
      UnindexedFaces: faces
        .filter((face) => !indexed.includes(face))
        .map((face) => ({ Reasons: reasonsOf(face), FaceDetail: face.detail })),
    };
  },
);

export const searchFaces = define(
  parameters.SearchFaces,
  ({ CollectionId, FaceId, MaxFaces, FaceMatchThreshold }, { store }): SearchFacesResponse => ({
    SearchedFaceId: FaceId,
    FaceMatches: store.searchFace(CollectionId, FaceId, FaceMatchThreshold, MaxFaces).map(matchOf),
    FaceModelVersion: faceModelVersion,
  }),
);

export const searchFacesByImage = define(
  parameters.SearchFacesByImage,
  async (
    { CollectionId, Image, MaxFaces, FaceMatchThreshold, QualityFilter },
    { store, engine },
  ): Promise<SearchFacesByImageResponse> => {
    store.checkExists(CollectionId);
    const embed = QualityFilter === 'NONE' ? 'largest' : 'all';
    const { faces } = await engine.analyse(Image, { embed, filter: QualityFilter });
    const face = largestGood(faces);
    if (!face) throw noFaces();
    const hits = store.search(CollectionId, embeddingOf(face), FaceMatchThreshold, MaxFaces);
    return {
      SearchedFaceBoundingBox: face.detail.BoundingBox,
      SearchedFaceConfidence: face.detail.Confidence,
      FaceMatches: hits.map(matchOf),
      FaceModelVersion: faceModelVersion,
    };
  },
);

export const compareFaces = define(
  parameters.CompareFaces,
  async (
    { SourceImage, TargetImage, SimilarityThreshold, QualityFilter },
    { engine },
  ): Promise<CompareFacesResponse> => {
    const [source, target] = await allSettled([
      engine.analyse(SourceImage, {
        embed: QualityFilter === 'NONE' ? 'largest' : 'all',
        filter: QualityFilter,
      }),
      engine.analyse(TargetImage, { embed: 'all', filter: QualityFilter }),
    ]);
    const probe = largestGood(source.faces);
    const targets = target.faces.filter(({ problems }) => problems.length === 0);
    if (!probe || targets.length === 0) throw invalidParameters();
    const compared = targets
      .map((face) => ({
        Similarity: compareEmbeddings(embeddingOf(probe), embeddingOf(face)),
        Face: face.detail as ComparedFace,
      }))
      .sort((one, other) => other.Similarity - one.Similarity);
    return {
      SourceImageFace: { BoundingBox: probe.detail.BoundingBox, Confidence: probe.detail.Confidence },
      FaceMatches: compared.filter(({ Similarity }) => Similarity >= SimilarityThreshold),
      UnmatchedFaces: compared
        .filter(({ Similarity }) => Similarity < SimilarityThreshold)
        .map(({ Face }) => Face),
    };
  },
);

function largestGood(faces: readonly AnalysedFace[]): AnalysedFace | undefined {
  return faces.find(({ problems }) => problems.length === 0);
}

function matchOf({ similarity, face }: IndexHit) {
  return { Similarity: similarity, Face: faceOf(face) };
}

function embeddingOf({ embedding }: AnalysedFace): Float32Array {
  if (!embedding) throw new Error('The face was not embedded.');
  return embedding;
}
