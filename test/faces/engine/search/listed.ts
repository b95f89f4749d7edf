import {
  capacityOf,
  codeOf,
  createSharedGallery,
  enlargeGallery,
  type RowFace,
  writeRow,
} from '../../../../lib/faces/engine/search/gallery-memory.ts';
import type { SearchableGallery } from '../../../../lib/faces/engine/search/search.ts';

/** A face of a gallery that a test makes. */
export interface Listed extends RowFace {
  readonly embedding: Float32Array;
}

/** Makes a gallery with these faces, one in each row. The search reads their embeddings from the list. */
export function galleryWith(dimensions: number, faces: readonly Listed[]): SearchableGallery {
  const byId = new Map(faces.map(({ faceId, embedding }) => [faceId, embedding]));
  let gallery = createSharedGallery(dimensions);
  faces.forEach(({ embedding, ...face }, row) => {
    if (row === capacityOf(gallery)) gallery = enlargeGallery(gallery);
    writeRow(gallery, row, face, codeOf(embedding));
  });
  return { ...gallery, embeddingOf: (faceId) => byId.get(faceId) };
}

/** Makes a gallery in which vector `n` has the id `n + 1`, and an entry of its own. */
export function galleryOf(vectors: readonly Float32Array[], dimensions: number): SearchableGallery {
  const faces = vectors.map((embedding, n) => ({ faceId: n + 1, entryId: n + 1, embedding }));
  return galleryWith(dimensions, faces);
}
