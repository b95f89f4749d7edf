import { randomUUID } from 'node:crypto';
import { meter } from '#metrics';
import { noteThreshold } from '../audit/scope.ts';
import type { Config } from '../config.ts';
import type { DetectedFace, FacialArea, Track } from '../contract/shapes.ts';
import type { MatchResult } from '../faces/comparing.ts';
import type { FaceMatch, MatchedFace } from '../faces/face.ts';
import type { FaceBackend } from '../faces/port.ts';
import type { FacePrint } from '../faces/print.ts';
import { type ProcessedKeys, processedKeys } from '../images/key.ts';
import type { ImageStore } from '../images/port.ts';
import type { Picture } from '../inputs/picture.ts';
import type { Stores } from '../ports.ts';
import { filterOf } from '../processing/list-processed.ts';
import { encodeJpeg } from '../processing/render.ts';
import { shownFaces } from '../processing/shown-faces.ts';
import { keptFace, removeCopies, storeDrawings } from '../processing/stored-copies.ts';
import { forgetUnmatched } from '../processing/unmatched-faces.ts';
import { pictureVerdict } from '../processing/verdicts.ts';
import type { KeptFace, ProcessedResult } from '../records/processed.ts';
import type { Judgement, WatchedTrack } from './judge.ts';
import { keepPassing } from './kept-passing.ts';
import type { CameraSettings } from './settings.ts';
import type { Shot } from './shot.ts';

export type SightingPorts = Pick<Stores, 'images' | 'records'> & {
  readonly faces: Pick<FaceBackend, 'lookBack'>;
};
export type SightingSettings = Pick<
  Config,
  'drawBoundingBoxes' | 'croppedFacePaddingRatio' | 'keepDays' | 'lookBackDays'
>;

/** A sighting that was recorded. */
export interface Sighting {
  readonly dbId: number;
  /** True if the same people were told of a short time ago, so that no event was sent. */
  readonly isSuppressed: boolean;
  /** Entries that are told, best first. */
  readonly entryIds: readonly number[];
}

/** Records whom a camera has seen: one record for a passage, with the best view of the face. */
export class Sightings {
  readonly #ports: SightingPorts;
  readonly #settings: SightingSettings;
  readonly #camera: Pick<CameraSettings, 'name' | 'cooldown_s'>;

  constructor(
    ports: SightingPorts,
    settings: SightingSettings,
    camera: Pick<CameraSettings, 'name' | 'cooldown_s'>,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#camera = camera;
  }

  /**
   * Records a passage of listed people. Returns nothing if none of them is in force any more: then nothing is
   * written.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  async record(track: WatchedTrack, judgement: Judgement): Promise<Sighting | undefined> {
    const [best] = track.looks;
    const shot = best?.extra.shot;
    if (!shot) return undefined;
    noteThreshold(judgement.threshold);
    const [face] = await shownFaces(this.#ports, matchResultOf(track, shot, judgement), {
      candidateCount: 0,
    });
    const entryIds = [...new Set(face?.blacklist_matches.map(({ entry }) => entry.id))];
    if (!face || entryIds.length === 0) return undefined;
    const isSuppressed = await this.#areReported(entryIds);
    const { entries } = judgement;
    const matched = entries.find(({ entryId }) => entryId === entryIds[0]) ?? entries[0];
    const passage = passageOf(track, {
      matched_looks: matched?.matchedLooks ?? 0,
      distance_mean: matched?.matches[0]?.distance ?? null,
      suppressed: isSuppressed,
    });
    const dbId = await this.#store({ shot, print: best.print }, face, passage);
    return { dbId, isSuppressed, entryIds };
  }

  /**
   * Records a passage of somebody who is not listed, where the camera's operator wants that.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  async recordUnknown(track: WatchedTrack): Promise<void> {
    const [best] = track.looks;
    if (!best?.extra.shot || this.#settings.keepDays.unmatched === 0) return;
    const { shot } = best.extra;
    const face: DetectedFace = {
      face_index: 0,
      facial_area: shot.area,
      confidence: best.confidence,
      blacklist_matches: [],
      near_misses: [],
      quality: null,
      verdict: 'no_match',
      verdict_reasons: [],
      candidates: null,
    };
    await this.#store({ shot, print: best.print }, face, passageOf(track, nothingMatched));
  }

  /**
   * Brings a record up to date when its passage is over.
   * @throws BackendUnavailableError, ThrottledError, DiskFullError
   */
  async complete(dbId: number, track: WatchedTrack, matchedLooks: number): Promise<void> {
    const { last_seen, looks } = passageOf(track, nothingMatched);
    await this.#ports.records.updateTrack(dbId, { last_seen, looks, matched_looks: matchedLooks });
  }

  /**
   * Tells if all of these people were seen here a short time ago, under whichever id: who lingers is told of
   * once, also if the entry was merged meanwhile.
   */
  async #areReported(entryIds: readonly number[]): Promise<boolean> {
    const { records } = this.#ports;
    const { name, cooldown_s } = this.#camera;
    if (cooldown_s === 0) return false;
    const earliest = Date.now() - 1000 * cooldown_s;
    for (const entryId of entryIds) {
      const filter = await filterOf(records, { entry_id: entryId, source: name });
      const [last] = (await records.listProcessed({ ...filter, limit: 1, offset: 0 })).items;
      const seen = last?.track?.last_seen ?? last?.processing_timestamp;
      if (!seen || Date.parse(seen) < earliest) return false;
    }
    return true;
  }

  async #store(
    { shot, print }: { readonly shot: Shot; readonly print: FacePrint },
    face: DetectedFace,
    track: Track,
  ): Promise<number> {
    const { images, records } = this.#ports;
    const { name } = this.#camera;
    const pictureId = randomUUID();
    const keys = processedKeys(pictureId, new Date(), 'jpeg');
    const hasMatch = face.blacklist_matches.length > 0;
    let unmatched: readonly KeptFace[] = [];
    try {
      const picture = await pictureOf(shot);
      await this.#putPictures(picture, shot.area, hasMatch, keys);
      if (!hasMatch && this.#settings.lookBackDays > 0) {
        const passing = { picture, area: shot.area, print };
        unmatched = await keepPassing(this.#ports.faces, passing, pictureId);
      }
      const result: ProcessedResult = {
        image_path_or_identifier: `camera:${name}`,
        faces: [keptFace(face)],
        error: null,
        saved_image_path: images.location(this.#settings.drawBoundingBoxes ? keys.annotated : keys.original),
        original_image_path: images.location(keys.original),
        has_blacklist_match: hasMatch,
        has_near_miss: false,
        ...pictureVerdict([face]),
        cropped_face_path: images.location(keys.crop),
        source: name,
        reference: null,
        camera: name,
        track,
        warnings: null,
      };
      const { id } = await records.addProcessed(pictureId, result, undefined, unmatched);
      meter.worked({ faces: 1, matches: hasMatch ? 1 : 0, source: name, seconds: 0 });
      return id;
    } catch (error) {
      // A face that a record names goes with the record.
      const isRemoved = await removeCopies(this.#ports, pictureId, keys);
      if (isRemoved) await forgetUnmatched(this.#ports.faces, unmatched);
      throw error;
    }
  }

  async #putPictures(
    picture: Picture,
    area: FacialArea,
    hasMatch: boolean,
    keys: ProcessedKeys,
  ): Promise<void> {
    const put: ImageStore['put'] = (...args) => this.#ports.images.put(...args);
    const boxes = [{ box: area, isMatch: hasMatch }];
    await put(keys.original, picture.original, 'image/jpeg');
    await storeDrawings(put, this.#settings, picture, boxes, keys);
  }
}

async function pictureOf({ width, height, pixels }: Shot): Promise<Picture> {
  return { width, height, pixels, original: await encodeJpeg({ width, height, pixels }), format: 'jpeg' };
}

const nothingMatched = { matched_looks: 0, distance_mean: null, suppressed: false };

/** Describes a passage as the API does. */
function passageOf(
  { id, firstSeen, lastSeen, looks }: WatchedTrack,
  matched: Pick<Track, 'matched_looks' | 'distance_mean' | 'suppressed'>,
): Track {
  return {
    id,
    first_seen: new Date(firstSeen).toISOString(),
    last_seen: new Date(lastSeen).toISOString(),
    looks: looks.length,
    ...matched,
  };
}

/** Makes the result of a match of the shot's face, as if it had been sent as a picture. */
function matchResultOf(track: WatchedTrack, shot: Shot, { entries, ...used }: Judgement): MatchResult {
  const matches: FaceMatch[] = entries.flatMap((match) => match.matches);
  const face: MatchedFace = {
    area: shot.area,
    confidence: track.looks[0]?.confidence ?? 0,
    matches: matches.sort((one, other) => one.distance - other.distance),
    candidates: [],
    quality: null,
    reasons: [],
  };
  return { ...used, nearThreshold: used.threshold, faces: [face], hasGallery: true };
}
