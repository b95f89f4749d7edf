import type { EngineDetector } from '../../../contract/vocabulary.ts';
import type { DecodedPicture } from '../../../inputs/picture.ts';
import type { Similarity } from '../geometry/align.ts';
import type { Pyramid } from '../geometry/pyramid.ts';
import { type BlazeFace, blazeFaceInput, type DetectFaces, type FoundFace } from './blazeface.ts';
import { findBySsd } from './find-by-ssd.ts';
import { sharedWithSmaller, withoutDoubles } from './overlap.ts';
import {
  closeView,
  partViews,
  quarterTurned,
  tileView,
  viewLength,
  wholeViews,
  withBorder,
} from './views.ts';

/** The networks that look for faces. */
export interface Looks {
  readonly blazeFace: BlazeFace;
  readonly ssd: () => Promise<DetectFaces>;
}

/** A face that BlazeFace takes for possible, in the picture as it saw it. */
interface Guess extends FoundFace {
  /** Quarters of a turn, clockwise, by which the picture was turned. */
  readonly turn: number;
  /** Pixels of the square that its box took. */
  readonly seenSize: number;
  /** Its box reaches out of what the look showed of the picture. */
  readonly isCut: boolean;
}

/** More faces than this in one picture are left out, the least certain first. */
const maxFaces = 200;

/** BlazeFace's scores, 0..1. */
const scores = {
  /** A guess that is less sure is not looked at again. */
  guess: 0.3,
  /** The same of parts of a picture, of which there are many. */
  guessInPart: 0.38,
  /** A face that is as sure as this, whole and large enough, needs no closer look. */
  clear: 0.7,
  /** A large face that is less sure may be none, and hide small ones. */
  settling: 0.65,
  /** The same of a crowd in a picture's parts. Clouds reach 0.78 there. */
  settlingPart: 0.8,
  /** A face that is less sure in a close look is left out. */
  kept: 0.4,
  /**
   * A crowd whose middle guess is as sure as this stands upright: where it does not, that one is 0.75 or
   * less.
   */
  uprightCrowd: 0.8,
} as const;

/** Score that BlazeFace tells at least, 0..1. */
export const weakestGuess = scores.guess;

/** A face that takes this share of the square is a close one; BlazeFace places smaller ones badly. */
const closeShare = 1 / 12;
/** Pixels of the square: it needs as many to place a face well. */
const smallestClear = 18;
/** It is less sure of one that takes more than this share. */
const largeShare = 0.6;

/** At a longer side of at most so many pixels the look at the whole picture shows all. */
const tinyPicture = 320;

/**
 * Shares of the square that the picture takes: it always has a border, so that faces at its edges are seen,
 * and a wide one where a face may fill it. A portrait's face is then as large as BlazeFace likes it best.
 */
const shares = { usual: 0.62, wide: 0.3 } as const;

/**
 * Looks for all faces of a picture. `mediapipe`: where BlazeFace sees one in the whole picture.
 * `mediapipe+ssd`: also in its parts, unless the look at the whole settles it.
 */
export async function findFaces(
  pyramid: Pyramid,
  looks: Looks,
  detector: Exclude<EngineDetector, 'skip'>,
): Promise<FoundFace[]> {
  if (detector === 'ssd') return (await findBySsd(pyramid, await looks.ssd())).slice(0, maxFaces);
  const search = new Search(pyramid, looks.blazeFace);
  const first = await search.detectInWholePicture();
  const { picture } = pyramid;
  const isSmall = ({ w, h }: FoundFace) => Math.max(w, h) < closeShare * viewLength(picture);
  const mayHideMore = detector !== 'mediapipe' && Math.max(picture.width, picture.height) > tinyPicture;
  const isCrowd = first.some((guess) => guess.confidence >= scores.guessInPart && isSmall(guess));
  if (!mayHideMore || !isCrowd) {
    const found = await search.lookClosely(first);
    const settles = surest(found) >= scores.settling && !found.some(isSmall);
    if (!mayHideMore || settles) return found.slice(0, maxFaces);
  }
  // A face that the whole picture shows too small is shown better by its parts.
  const plain = first.filter(({ seenSize }) => seenSize >= smallestClear);
  return (await search.lookClosely([...plain, ...(await search.lookAtParts(first))])).slice(0, maxFaces);
}

/** BlazeFace's looks at one picture, from coarse to fine. */
class Search {
  readonly #pyramid: Pyramid;
  readonly #blazeFace: BlazeFace;

  constructor(pyramid: Pyramid, blazeFace: BlazeFace) {
    this.#pyramid = pyramid;
    this.#blazeFace = blazeFace;
  }

  get #picture(): DecodedPicture {
    return this.#pyramid.picture;
  }

  async #guesses(views: readonly Similarity[], turn: number, least: number): Promise<Guess[]> {
    const found = await this.#blazeFace.detect(
      this.#pyramid,
      views.map((view) => quarterTurned(view, turn)),
    );
    return found.flatMap((faces, index) => {
      const view = views[index] as Similarity;
      return faces
        .filter(({ confidence }) => confidence >= least)
        .map((face) => ({
          ...face,
          turn,
          seenSize: view.a * Math.max(face.w, face.h),
          isCut: this.#isCut(face, view),
        }));
    });
  }

  #isCut({ x, y, w, h }: FoundFace, { a, tx, ty }: Similarity): boolean {
    const { size } = blazeFaceInput;
    const [left, top] = [Math.max(0, -tx / a), Math.max(0, -ty / a)];
    const right = Math.min(this.#picture.width, (size - tx) / a);
    const bottom = Math.min(this.#picture.height, (size - ty) / a);
    const margin = 0.1 * Math.max(w, h);
    return x < left + margin || y < top + margin || x + w > right - margin || y + h > bottom - margin;
  }

  /**
   * Looks at the whole picture. Without a sure face it looks again with a wide border, and at the picture
   * turned upside down. Without any it looks at the picture on its sides.
   */
  async detectInWholePicture(): Promise<Guess[]> {
    const views = wholeViews(this.#picture);
    const bordered = (share: number) => views.map((view) => withBorder(view, share));
    const upright = await this.#guesses(bordered(shares.usual), 0, scores.guess);
    if (surest(upright) >= scores.clear) return upright;
    const guesses = [...upright, ...(await this.#guesses(bordered(shares.wide), 0, scores.guess))];
    for (const turn of [2, 1, 3]) {
      if (surest(guesses) >= (turn === 2 ? scores.clear : scores.guessInPart)) break;
      guesses.push(...(await this.#guesses(bordered(shares.usual), turn, scores.guess)));
    }
    return guesses;
  }

  /**
   * Looks at parts of the picture at twice the size, and so on. It goes on as long as the last looks show
   * faces so small that there may be smaller ones. Where nobody is to be seen, it looks at once at parts in
   * which the smallest faces would be seen.
   */
  async lookAtParts(coarse: readonly Guess[]): Promise<Guess[]> {
    const longer = Math.max(this.#picture.width, this.#picture.height);
    const found: Guess[] = [];
    const likely = (guesses: readonly Guess[]) =>
      guesses.filter(({ confidence }) => confidence >= scores.guessInPart);
    let last = likely(coarse);
    let scale = blazeFaceInput.size / longer;
    let turn: number | undefined;
    while (scale < finestScale) {
      // In a long picture, a look that shows hardly less than the finest one would cost nearly as much again.
      const next =
        longer > longPicture && finestScaleTolerance * 2 * scale >= finestScale ? finestScale : 2 * scale;
      scale = last.length > 0 ? Math.min(next, finestScale) : finestScale;
      const views = partViews(this.#picture, scale);
      let seen = await this.#guesses(views, turn ?? 0, scores.guessInPart);
      if (turn === undefined) {
        turn = await this.#turnOf(seen.length > 0 ? seen : coarse);
        if (turn !== 0) seen = await this.#guesses(views, turn, scores.guessInPart);
      }
      last = seen;
      found.push(...last);
      if (surest(last) >= scores.settlingPart && last.every(({ seenSize }) => seenSize >= noSmaller)) break;
    }
    return found;
  }

  /**
   * Tells which way up a crowd's faces are, in quarters of a turn. Small ones do not tell reliably: the
   * surest are looked at closely, each way up.
   */
  async #turnOf(guesses: readonly Guess[]): Promise<number> {
    const surestFirst = bySureness(guesses);
    const middle = surestFirst[Math.floor(surestFirst.length / 2)];
    if (middle && middle.turn === 0 && middle.confidence >= scores.uprightCrowd) return 0;
    const few = surestFirst.slice(0, crowdSample);
    const sums: number[] = [];
    for (const turn of [0, 1, 2, 3]) {
      const faces = await this.#lookInTiles(few, turn);
      sums.push(faces.reduce((sum, face) => sum + (face ? face.confidence - scores.kept : 0), 0));
    }
    return sums.indexOf(Math.max(...sums));
  }

  /** Finds the faces among some guesses, surest first, each placed by a look that shows it well. */
  async lookClosely(guesses: readonly Guess[]): Promise<FoundFace[]> {
    const { size } = blazeFaceInput;
    const isClear = ({ confidence, seenSize, isCut, turn }: Guess) =>
      turn === 0 &&
      confidence >= scores.clear &&
      !isCut &&
      seenSize >= smallestClear &&
      seenSize <= largeShare * size;
    const clear = withoutDoubles(bySureness(guesses.filter(isClear)));
    const unclear = bySureness(guesses.filter((one) => !isClear(one)));
    const found = unclear.length > fewGuesses ? this.#classifyTogether : this.#classifyEach;
    return bySureness(await found.call(this, clear, unclear));
  }

  async #classifyEach(clear: readonly FoundFace[], guesses: readonly Guess[]): Promise<FoundFace[]> {
    const found = [...clear];
    for (const guess of guesses) {
      if (found.some((face) => areOne(face, guess))) continue;
      const face = await lookAt(this.#pyramid, this.#blazeFace.detect, guess, guess.turn);
      if (face && !found.some((other) => areOne(face, other))) found.push(face);
    }
    return found;
  }

  /**
   * Looks at many guesses at a time, at those first that mean different faces. A face that is found spares
   * the looks at others that mean the same.
   */
  async #classifyTogether(clear: readonly FoundFace[], guesses: readonly Guess[]): Promise<FoundFace[]> {
    const found = [...clear];
    let waiting = [...guesses];
    let left = vainTiles;
    while (left > 0) {
      waiting = waiting.filter((guess) => !found.some((face) => areOne(face, guess)));
      const next = differentOnes(waiting, Math.min(left, tilesAtOnce));
      if (next.length === 0) break;
      waiting = waiting.filter((guess) => !next.includes(guess));
      left -= next.length;
      for (const face of await this.#lookInTiles(next)) {
        if (!face || found.some((other) => areOne(face, other))) continue;
        found.push(face);
        left += tilesForFace;
      }
    }
    return found;
  }

  /** Finds the face that each guess means, where a small look shows it. */
  async #lookInTiles(guesses: readonly Guess[], turn?: number): Promise<(FoundFace | undefined)[]> {
    const views = guesses.map((guess) => tileView(guess, turn ?? guess.turn));
    const seen = await this.#blazeFace.detectInTiles(this.#pyramid, views);
    return guesses.map((guess, index) => meantFace(seen[index] ?? [], guess));
  }
}

/** Picks the first of the guesses, at most so many, no two of which mean one face. */
function differentOnes(guesses: readonly Guess[], most: number): Guess[] {
  const chosen: Guess[] = [];
  for (const guess of guesses) {
    if (chosen.length === most) break;
    if (!chosen.some((other) => areOne(guess, other))) chosen.push(guess);
  }
  return chosen;
}

/** Finds the face that a guess means, in the middle of a look that shows it well. */
export async function lookAt(
  pyramid: Pyramid,
  look: DetectFaces,
  guess: FoundFace,
  turn: number,
): Promise<FoundFace | undefined> {
  const [faces = []] = await look(pyramid, [closeView(guess, turn)]);
  return meantFace(faces, guess);
}

function meantFace(faces: readonly FoundFace[], guess: FoundFace): FoundFace | undefined {
  return bySureness(faces).find((face) => face.confidence >= scores.kept && meansTheSame(face, guess));
}

/**
 * Largest scale at which the picture's parts are looked at. A face of 20 pixels takes 8 of the square
 * there.
 */
const finestScale = 0.4;
/**
 * A scale that is smaller than the finest one by less than this factor shows the same faces. In pictures of
 * 1,500 pixels one face in 100 is seen by that look alone, in those of 6,000 none.
 */
const finestScaleTolerance = 1.25;
/** Longer side in pixels beyond which such a look is left out: there it takes more than 30 squares. */
const longPicture = 4096;

/** Size of a face in pixels of the square. Where all faces take as many, smaller ones would be seen too. */
const noSmaller = 24;

/** So few guesses are looked at one by one, each in a square of its own; more share one. */
const fewGuesses = 4;

/** Tiles that show what turns out to be no face, at most, and so many more for each face that is found. */
const vainTiles = 32;
const tilesForFace = 4;

/** Guesses that are looked at in one go: a multiple of the tiles of a square. */
const tilesAtOnce = 16;

/** So many guesses at a crowd's faces tell which way up it is: some may be none. */
const crowdSample = 8;

function bySureness<Face extends FoundFace>(faces: readonly Face[]): Face[] {
  return faces.toSorted((one, other) => other.confidence - one.confidence);
}

function surest(faces: readonly FoundFace[]): number {
  return Math.max(0, ...faces.map(({ confidence }) => confidence));
}

/** Returns true if two boxes mean one face. A much larger one around it means another, or none. */
function areOne(one: FoundFace, other: FoundFace): boolean {
  const ratio = Math.max(one.w, one.h) / Math.max(other.w, other.h);
  return ratio > 0.5 && ratio < 2 && sharedWithSmaller(one, other) > 0.5;
}

/**
 * Returns true if a close look's face is the one that was guessed. Its size and place were but roughly
 * known.
 */
function meansTheSame(face: FoundFace, guess: FoundFace): boolean {
  const [size, guessed] = [Math.max(face.w, face.h), Math.max(guess.w, guess.h)];
  const across = face.x + face.w / 2 - guess.x - guess.w / 2;
  const down = face.y + face.h / 2 - guess.y - guess.h / 2;
  return size > guessed / 2.5 && size < guessed * 2.5 && Math.hypot(across, down) < 0.6 * guessed;
}
