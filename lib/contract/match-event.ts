import * as z from 'zod';
import { reviewStates, reviewVerdicts } from './review.ts';
import { Box, MatchedEntry, Track } from './shapes.ts';
import { similarityMetrics } from './vocabulary.ts';

export const matchEventType = 'face.matched';
/** Source of the events, as EventBridge names their publisher. */
export const matchEventSource = 'face-blacklist';

const wholeNumber = z.number().int();
const { severity, category, expires_at } = MatchedEntry.shape;
const entry = { id: wholeNumber, name: z.string(), severity, category, expires_at };
const similarity = z.number().min(0).max(100).describe('Higher is closer.');

/**
 * Message about a processed picture with a match: the body of a webhook, and the detail of an EventBridge
 * event. To keep faces private, it contains no picture, no reason, no notes, and of the request's input only
 * where it came from.
 */
export const MatchEvent = z
  .object({
    type: z.literal(matchEventType),
    timestamp: z.string().describe('When the picture was processed, ISO 8601, UTC.'),
    data: z.object({
      picture_id: z.string().describe("The event's own id: the same whenever it is sent again."),
      db_id: wholeNumber.describe("The processed picture's id."),
      source: z.string().nullable().describe('Where the picture came from, as its client told.'),
      reference: z.string().nullable().describe("The client's own id or file name of the picture."),
      camera: z.string().nullable().describe('The camera that saw it; null for pictures that were sent.'),
      track: Track.nullable().describe('The passage before the camera, as far as it is known by now.'),
      entries: z
        .array(z.object({ ...entry, similarity }))
        .describe('Everybody who was found, once, with the best similarity; best first.'),
      faces: z
        .array(
          z.object({
            face_index: wholeNumber.describe('0 is the largest face of the picture.'),
            box: Box.nullable(),
            matches: z
              .array(
                z.object({
                  entry: z.object(entry),
                  image_id: z.string().nullable().describe("The matched reference image's id."),
                  distance: z.number().describe('Lower is closer.'),
                  threshold: z.number(),
                  similarity,
                  similarity_metric: z.enum(similarityMetrics),
                  model: z.string(),
                }),
              )
              .describe('Best first.'),
          }),
        )
        .describe('Those that match somebody.'),
      truncated: z.boolean().describe('Whether the worst of very many matches were left out.'),
    }),
  })
  .meta({ id: 'MatchEvent' });
export type MatchEvent = z.infer<typeof MatchEvent>;

export const reviewEventType = 'match.reviewed';

/** Message that somebody has judged a match. It has ids alone, and neither the note nor who judged. */
export const ReviewEvent = z
  .object({
    type: z.literal(reviewEventType),
    timestamp: z.string().describe('When it was judged, ISO 8601, UTC.'),
    data: z.object({
      review_id: z.string().describe("The event's own id: the same whenever it is sent again."),
      db_id: wholeNumber.describe("The processed picture's id."),
      face_index: wholeNumber,
      entry_id: wholeNumber,
      given: z.enum(reviewVerdicts).describe('The verdict that was given now.'),
      verdict: z.enum(reviewStates).describe('What counts now, see `Review`.'),
    }),
  })
  .meta({ id: 'ReviewEvent' });
export type ReviewEvent = z.infer<typeof ReviewEvent>;

export const entryDeletedType = 'entry.deleted';

/**
 * Event that tells others of an entry that is taken off the list: they may have copies of what earlier events
 * told.
 */
export const EntryDeletedEvent = z
  .object({
    type: z.literal(entryDeletedType),
    timestamp: z.string().describe('When it was taken off the list, ISO 8601, UTC.'),
    data: z.object({
      entry_id: wholeNumber.describe('The id that earlier events named. It is never given again.'),
      history: z
        .enum(['redact', 'delete', 'keep'])
        .describe('What becomes of the history here; do the same with what you keep.'),
    }),
  })
  .meta({ id: 'EntryDeletedEvent' });
export type EntryDeletedEvent = z.infer<typeof EntryDeletedEvent>;

export const cameraEventTypes = ['camera.offline', 'camera.online'] as const;

/** Event that tells others that a camera gives no frames any more, or gives some again. */
export const CameraEvent = z
  .object({
    type: z.enum(cameraEventTypes),
    timestamp: z.string().describe('When it went or came back, ISO 8601, UTC.'),
    data: z.object({
      camera: z.string(),
      reason: z.string().nullable().describe('A sentence about why it gives no frames.'),
    }),
  })
  .meta({ id: 'CameraEvent' });
export type CameraEvent = z.infer<typeof CameraEvent>;

export type ServiceEvent = MatchEvent | EntryDeletedEvent | ReviewEvent | CameraEvent;

/** Returns the event's own id, which is the same whenever it is sent again. */
export function eventId(event: ServiceEvent): string {
  switch (event.type) {
    case matchEventType:
      return event.data.picture_id;
    case entryDeletedType:
      return `entry-${event.data.entry_id}-deleted`;
    case reviewEventType:
      return event.data.review_id;
    default:
      return `${event.type} ${event.timestamp} ${encodeURIComponent(event.data.camera)}`;
  }
}
