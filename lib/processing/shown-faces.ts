import type { BlacklistMatch, DetectedFace } from '../contract/shapes.ts';
import type { MatchResult } from '../faces/port.ts';
import type { Ports } from '../ports.ts';

/** The faces as clients see them: of their matches, those whose entry and image are shown now. */
export async function shownFaces(
  { images, records }: Pick<Ports, 'images' | 'records'>,
  { faces, model, detectorBackend, metric, threshold }: MatchResult,
): Promise<DetectedFace[]> {
  const active = await records.findActive([
    ...new Set(faces.flatMap(({ matches }) => matches.map(({ imageId }) => imageId))),
  ]);
  return faces.map(({ area, confidence, matches }, index) => ({
    face_index: index,
    facial_area: area,
    confidence,
    blacklist_matches: matches.flatMap((match): BlacklistMatch[] => {
      const listed = active.get(match.imageId);
      if (!listed) return [];
      const { id, name, reason } = listed.entry;
      const target = match.target ?? listed.image.face?.box;
      return [
        {
          identity: match.identity ?? images.location(listed.image.key),
          target_x: target?.x ?? null,
          target_y: target?.y ?? null,
          target_w: target?.w ?? null,
          target_h: target?.h ?? null,
          source_x: area.x,
          source_y: area.y,
          source_w: area.w,
          source_h: area.h,
          threshold,
          distance: match.distance,
          similarity: match.similarity,
          aws_similarity: match.awsSimilarity,
          aws_face_id: match.awsFaceId,
          model,
          detector_backend: detectorBackend,
          similarity_metric: metric,
          entry: { id, name, reason },
          image_id: match.imageId,
        },
      ];
    }),
    candidates: null,
  }));
}
