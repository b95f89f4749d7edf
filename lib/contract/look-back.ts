import * as z from 'zod';
import { Warnings } from './shapes.ts';
import { similarityMetrics } from './vocabulary.ts';

const count = z.int().min(0);

export const SeenFace = z
  .object({
    db_id: z.int().describe('The processed picture in which the face is.'),
    face_index: count.describe('The face among those of the picture.'),
    processing_timestamp: z.string().nullable().describe('ISO 8601, UTC.'),
    source: z.string().nullable().describe('Where the picture came from, as its client told.'),
    distance: z.number().describe('Lower is closer.'),
    similarity: z.number().min(0).max(100).describe('Higher is closer.'),
  })
  .meta({ id: 'SeenFace' });
export type SeenFace = z.output<typeof SeenFace>;

export const SeenFaces = z
  .object({
    total: count.describe('Faces that match, of pictures that are still kept.'),
    seen: z.array(SeenFace).describe('The nearest of them, nearest first.'),
    faces_compared: count,
    faces_not_compared: count.describe('Faces that another model measured; they go within the hour.'),
    since: z.string().describe('ISO 8601, UTC: older faces are not compared.'),
    threshold: z.number().describe('The largest distance that is a match.'),
    similarity_metric: z.enum(similarityMetrics),
    model: z.string(),
    warnings: Warnings,
    time: z.number().min(0).describe('Seconds that it took.'),
  })
  .meta({ id: 'SeenFaces' });
export type SeenFaces = z.output<typeof SeenFaces>;

export const SeenBefore = SeenFaces.nullable().describe(
  'Kept pictures in which the person was before; the ten nearest faces. Null where LOOK_BACK_DAYS is 0, or it could not be looked up.',
);

export const seenFacesExample: SeenFaces = {
  total: 1,
  seen: [
    {
      db_id: 812,
      face_index: 0,
      processing_timestamp: '2026-05-02T20:14:09.120Z',
      source: 'door 1',
      distance: 0.21,
      similarity: 99.6,
    },
  ],
  faces_compared: 40_210,
  faces_not_compared: 0,
  since: '2026-04-27T09:30:00.000Z',
  threshold: 0.385,
  similarity_metric: 'cosine',
  model: 'Fusion',
  warnings: null,
  time: 0.31,
};
