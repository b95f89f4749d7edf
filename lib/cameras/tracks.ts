import { randomUUID } from 'node:crypto';
import type { Box } from '../contract/shapes.ts';
import type { PrintScale } from '../faces/follower.ts';
import { type FacePrint, printDistance } from '../faces/print.ts';
import { qualityOf } from './decide.ts';

/** A face that was seen in a frame. Without a print it was only found again. */
export interface SeenFace {
  readonly box: Box;
  /** 0..1 */
  readonly confidence: number;
  readonly print: FacePrint | null;
}

/** A look at a person whose print is kept. */
export interface TrackLook<Extra> {
  readonly box: Box;
  readonly confidence: number;
  readonly print: FacePrint;
  readonly quality: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Further data that the caller keeps with the look. */
  readonly extra: Extra;
}

/** A person on the way through the picture. */
export interface Track<Extra> {
  /** Id that no other track has, of any camera or run. */
  readonly id: string;
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly box: Box;
  /** Looks, best first. */
  readonly looks: readonly TrackLook<Extra>[];
}

/** A face of a frame with the track that it belongs to. */
export interface Assigned<Extra> {
  readonly track: Track<Extra>;
  /** The new look; `undefined` if the face has no print, or better looks are kept. */
  readonly look: TrackLook<Extra> | undefined;
}

export interface TrackUpdate<Extra> {
  /** Each face's track, in the order of the faces. */
  readonly assigned: readonly Assigned<Extra>[];
  /** Tracks that are over: nobody was seen for a while. */
  readonly ended: readonly Track<Extra>[];
}

/** Looks that are kept of a track. More find hardly anybody more. */
export const mostLooks = 15;
/** Pause between two prints of a track: looks that follow each other at once are too much alike to help. */
const printEveryMs = 450;
/** A track is over if nobody was seen for so long. */
const endAfterMs = 1_500;
/** Between two frames so much may pass: a still scene gives few, and a full machine still fewer. */
const mostBetweenMs = 3_000;
/** A person who was out of view for less goes on under the same id. */
const foundAgainMs = 10_000;
/** Distance of two faces' middles, in their sizes, that a person may go between two frames. */
const reach = 1.2;
/** Quality by which a further look must be better than the worst one that is kept. */
const betterBy = 0.1;

interface OpenTrack<Extra> extends Track<Extra> {
  lastSeen: number;
  box: Box;
  looks: TrackLook<Extra>[];
  /** Pixels a millisecond. */
  velocity: readonly [number, number];
  confidence: number;
  lastPrint: number;
}

/** Follows faces from frame to frame, by where they must be and by how alike they are. */
export class Tracker<Extra = undefined> {
  readonly #scale: PrintScale;
  #open: OpenTrack<Extra>[] = [];
  /** Tracks that are over, for as long as their people may come back. */
  #past: OpenTrack<Extra>[] = [];

  constructor(scale: PrintScale) {
    this.#scale = scale;
  }

  /** People who are in view. */
  get tracks(): readonly Track<Extra>[] {
    return this.#open;
  }

  /** Computes the boxes in which the followed faces must be at a time. */
  predicted(at: number): { readonly box: Box; readonly needsPrint: boolean }[] {
    return this.#open.map((track) => ({
      box: predictedBox(track, at),
      needsPrint: this.#needsPrint(track, at),
    }));
  }

  /** Tells if a new print of a track is worth its time. */
  #needsPrint({ looks, lastPrint, box, confidence }: OpenTrack<Extra>, at: number): boolean {
    if (at - lastPrint < printEveryMs) return false;
    if (looks.length < mostLooks) return true;
    return qualityOf(box.w, confidence) > (looks.at(-1)?.quality ?? 0) + betterBy;
  }

  /**
   * Takes over the faces of a frame.
   * @param extraOf makes what is kept with a look; it is called for looks that are kept
   */
  update(
    faces: readonly SeenFace[],
    at: number,
    extraOf: (face: SeenFace, index: number) => Extra,
  ): TrackUpdate<Extra> {
    const lost = this.#end(at, mostBetweenMs);
    const owners = this.#pair(faces, at);
    const assigned = faces.map((face, index): Assigned<Extra> => {
      const track = owners[index] ?? this.#begin(face, at);
      move(track, face, at);
      const look =
        face.print && this.#keep(track, { ...face, print: face.print }, at, () => extraOf(face, index));
      return { track, look: look ?? undefined };
    });
    // Only now: whoever is in this frame is still there, however late it has come.
    return { assigned, ended: [...lost, ...this.expire(at)] };
  }

  /** Ends the tracks of people who have not been seen for a while. */
  expire(at: number): Track<Extra>[] {
    return this.#end(at, endAfterMs);
  }

  #end(at: number, afterMs: number): Track<Extra>[] {
    const ended = this.#open.filter(({ lastSeen }) => at - lastSeen > afterMs);
    if (ended.length > 0) this.#open = this.#open.filter((track) => !ended.includes(track));
    this.#past = [...this.#past, ...ended].filter(({ lastSeen }) => at - lastSeen <= foundAgainMs);
    return ended;
  }

  /** Ends all tracks: the source is over. */
  endAll(): Track<Extra>[] {
    const ended = this.#open;
    this.#open = [];
    this.#past = [];
    return ended;
  }

  /** Pairs faces with tracks, the best first. A track gets one face of a frame, and a face one track. */
  #pair(faces: readonly SeenFace[], at: number): (OpenTrack<Extra> | undefined)[] {
    const pairs = this.#open
      .flatMap((track) =>
        faces.map((face, index) => ({ track, index, cost: costOf(track, face, at, this.#scale) })),
      )
      .filter(({ cost }) => cost < Number.POSITIVE_INFINITY)
      .sort((one, other) => one.cost - other.cost);
    const owners: (OpenTrack<Extra> | undefined)[] = faces.map(() => undefined);
    const taken = new Set<OpenTrack<Extra>>();
    for (const { track, index } of pairs) {
      if (owners[index] || taken.has(track)) continue;
      owners[index] = track;
      taken.add(track);
    }
    return owners;
  }

  /** Begins a track, or goes on with that of a person who was here a moment ago. */
  #begin(face: SeenFace, at: number): OpenTrack<Extra> {
    const known =
      face.print && this.#past.find((track) => isAlike(track, face.print as FacePrint, this.#scale));
    if (known) {
      this.#past = this.#past.filter((track) => track !== known);
      known.velocity = [0, 0];
      known.box = face.box;
      this.#open.push(known);
      return known;
    }
    const { box, confidence } = face;
    const track: OpenTrack<Extra> = {
      id: randomUUID(),
      firstSeen: at,
      lastSeen: at,
      box,
      looks: [],
      velocity: [0, 0],
      confidence,
      lastPrint: Number.NEGATIVE_INFINITY,
    };
    this.#open.push(track);
    return track;
  }

  #keep(
    track: OpenTrack<Extra>,
    face: SeenFace & { readonly print: FacePrint },
    at: number,
    extraOf: () => Extra,
  ): TrackLook<Extra> | undefined {
    const { box, confidence, print } = face;
    const quality = qualityOf(box.w, confidence);
    track.lastPrint = at;
    if (track.looks.length >= mostLooks && quality <= (track.looks.at(-1)?.quality ?? 0)) return undefined;
    const look = { box, confidence, print, quality, at, extra: extraOf() };
    track.looks = [...track.looks, look]
      .sort((one, other) => other.quality - one.quality)
      .slice(0, mostLooks);
    return look;
  }
}

function isAlike(track: Track<unknown>, print: FacePrint, { same }: PrintScale): boolean {
  return track.looks.some((look) => printDistance(look.print, print) <= same);
}

function middleOf({ x, y, w, h }: Box): [number, number] {
  return [x + w / 2, y + h / 2];
}

/** Moves a track to where its face was seen. Its pace is smoothed, because boxes tremble. */
function move(track: OpenTrack<unknown>, face: SeenFace, at: number): void {
  const elapsed = at - track.lastSeen;
  if (elapsed > 0 && elapsed < endAfterMs) {
    const [x, y] = middleOf(face.box);
    const [oldX, oldY] = middleOf(track.box);
    const [vx, vy] = track.velocity;
    track.velocity = [(vx + (x - oldX) / elapsed) / 2, (vy + (y - oldY) / elapsed) / 2];
  }
  track.box = face.box;
  track.confidence = face.confidence;
  track.lastSeen = at;
}

function predictedBox({ box, velocity: [vx, vy], lastSeen }: OpenTrack<unknown>, at: number): Box {
  const elapsed = Math.min(at - lastSeen, endAfterMs / 2);
  return { ...box, x: Math.round(box.x + vx * elapsed), y: Math.round(box.y + vy * elapsed) };
}

/** Tells how badly a face fits a track; infinite if it can't be the same person. */
function costOf(
  track: OpenTrack<unknown>,
  { box, print }: SeenFace,
  at: number,
  { same, differs }: PrintScale,
): number {
  const expected = predictedBox(track, at);
  const size = Math.max(expected.w, box.w);
  const ratio = size / Math.max(1, Math.min(expected.w, box.w));
  const [x, y] = middleOf(box);
  const [expectedX, expectedY] = middleOf(expected);
  const way = Math.hypot(x - expectedX, y - expectedY) / size;
  const distances = print ? track.looks.slice(0, 3).map((look) => printDistance(look.print, print)) : [];
  // Without a print to compare, a face may be the track's or not.
  const distance = distances.length > 0 ? Math.min(...distances) : (2 * differs) / 3;
  if (distance > differs || ratio > 2) return Number.POSITIVE_INFINITY;
  const seconds = (at - track.lastSeen) / 1000;
  const farthest = (distance <= same ? 3 : 1) * reach * (1 + seconds);
  return way > farthest ? Number.POSITIVE_INFINITY : way + (1.5 * distance) / differs;
}
