import type { Verdict, VerdictReason } from '../../../../../lib/contract/verdict.ts';
import { number, plural } from '../../format.ts';
import type { Part } from '../parts.ts';

interface Advice {
  readonly fault: string;
  readonly remedy: string;
}

const advice: Readonly<Record<VerdictReason, Advice>> = {
  EXTREME_POSE: {
    fault: 'The face is turned too far to the side.',
    remedy: 'Take another picture from the front.',
  },
  LOW_BRIGHTNESS: {
    fault: 'The face is too dark.',
    remedy: 'Put light on the face and take another picture.',
  },
  LOW_CONFIDENCE: {
    fault: 'It can hardly be made out as a face.',
    remedy: 'Show the whole face with nothing before it.',
  },
  LOW_FACE_QUALITY: {
    fault: 'The face is of too low a quality.',
    remedy: 'Take a sharper picture from nearer.',
  },
  LOW_SHARPNESS: {
    fault: 'The face is too blurred.',
    remedy: 'Hold still, wipe the lens, and take another picture.',
  },
  SMALL_BOUNDING_BOX: { fault: 'The face is too small.', remedy: 'Go nearer and take another picture.' },
  NO_FACE_FOUND: {
    fault: 'No face was found.',
    remedy: 'Show the whole face from the front, in good light, and take another picture.',
  },
  NOT_PROCESSED: { fault: 'The picture was not judged.', remedy: 'Check it again.' },
};

/** Words of the faces' boxes. */
const faceIs: Readonly<Record<Verdict, (face: number, names: string) => string>> = {
  match: (face, names) => `Face ${face}: matches ${names}`,
  possible: (face, names) => `Face ${face}: possibly ${names}`,
  cannot_tell: (face) => `Face ${face}: cannot tell`,
  no_match: (face) => `Face ${face}: no match`,
};

/** Verdicts, what they mean, and what a person says of them. */
export const verdicts = {
  advice,
  faceIs,
  ofEarlierVersion:
    'Nobody matched, but an earlier version checked the picture, which did not tell if it could be judged.',
  checkAgain: 'Check it again.',
  cannotTell: 'Cannot tell',
  noMatch: 'No match',
  matched: 'Match',
  possibly: 'Possible',
  matchPrefix: 'Match: ',
  possiblePrefix: 'Possible: ',
  match: (names: string, isDanger: boolean) => `${isDanger ? 'Danger. ' : ''}Match: ${names}`,
  confirmed: (names: string, isDanger: boolean) => `${isDanger ? 'Danger. ' : ''}Confirmed: ${names}`,
  possible: (names: string) => `Possible: ${names}`,
  rejected: (names: string) => `Rejected: not ${names}`,
  noLongerInForce: (names: string) => `No longer in force: ${names}`,
  lapsedSince:
    'The entry was suspended, deleted or has ended since this picture was checked: nobody matches it now.',
  sinceDeleted: 'Deleted from the blacklist since this picture was checked.',
  sinceMoved:
    'This entry is gone since this picture was checked: it was merged into another one, which matches in its place.',
  sinceOver:
    'This entry is gone since this picture was checked: it was merged into another one, which nobody matches now.',
  sinceEnded: 'The entry has ended since this picture was checked: nobody matches it now.',
  sinceChanged: (fields: string) => `Changed since this picture was checked: ${fields}.`,
  judgedBy: (who: string, time: string) => `Judged by ${who}, ${time}.`,
  alikeButNotEnough: 'Alike, but not enough for a match. Compare the faces.',
  compareFirst: 'Compare the faces before you act.',
  compareByOthers:
    'A match may be wrong. Have somebody compare the faces who may see listed pictures before you act.',
  facesJudged: (faces: number) =>
    `${plural(faces, { one: '# face', other: '# faces' })} judged: nobody who is listed.`,
  someFaces: (unclear: number, faces: number) => `${number(unclear)} of ${number(faces)} faces:`,
  verdictComes: 'The verdict comes in a moment.',

  face: (face: number) => `Face ${face}`,
  faceOfPicture: (face: number) => `Face ${face} of the picture`,
  faceBeside: (face: number, name: string) => `Face ${face}: ${name}`,
  inThePicture: 'In the picture',
  listedAlike: (similarity: string) => `Listed, ${similarity} alike`,
  listedHidden: 'The role of this token does not show listed pictures.',
  listedPictureOf: (name: string) => `Listed picture of ${name}`,
  addThisFace: 'Add this face to their pictures',
  lookTwice: 'Look twice.',
  erasedPerson: '(erased)',
  asItWasThen: 'This is how the entry was then. It may have been deleted since.',

  isIt: (name: string) => `Is it ${name}?`,
  itIs: 'It is him / her',
  notThem: 'Not them',
  unsure: 'Unsure',
  saidItIs: 'it is that person',
  saidNot: 'it is somebody else',
  saidUnsure: 'not sure',
  saidKept: (name: string, said: string) => `${name}: ${said}. This is kept.`,
  saidNotKept: (name: string) => `What you said of ${name} is not kept. Say it again.`,
  reviewOpen: 'Open until a second person has judged.',
  reviewConfirmed: 'Confirmed.',
  reviewRejected: 'Rejected: somebody else.',
  reviewUnsure: 'Nobody is sure.',
  reviewDisagreed: 'They do not agree.',
  reviewBy: (who: Part, said: string, note: Part, time: string): Part[] => [
    who,
    `: ${said}`,
    note && [' (', note, ')'],
    `, ${time}.`,
  ],

  otherFaces: 'Other faces',
  countOtherFaces: (faces: number) => plural(faces, { one: '# other face', other: '# other faces' }),
  listThisPerson: 'List this person',

  wholePicture: 'Whole picture, boxes and numbers',
  confidence: (percent: string) => `Face found with ${percent} confidence`,
  nobodyMatched: 'Nobody matched.',
  nobodyElse: 'There is nobody else to compare with.',
  othersLessAlike: (others: number) => `${plural(others, { one: '# other', other: '# others' })}, less alike`,
  distance: 'Distance',
  threshold: 'Threshold',
  similarity: 'Similarity',

  whatIf: 'What if',
  whatIfTitle: 'What if the threshold were another?',
  matchUpTo: 'Match up to a distance of',
  resetTo: (distance: string) => `Reset to ${distance}`,
  distanceAndSimilarity: (distance: string, similarity: string) =>
    `${distance}, a similarity of ${similarity}`,
  stricter: 'Stricter',
  looser: 'Looser',
  nobodyWouldMatch: 'Nobody would match.',
  wouldMatch: (names: string, _people: number) => `${names} would match.`,
  verdictStays: 'The verdict above stays, and so do all others.',

  rateUnknownByAmazon: 'Amazon Rekognition does not say how often strangers look this much alike.',
  pairsFewest: () => `Fewer than 1 in ${number(1_000_000)} pairs of strangers look this much alike.`,
  pairsPercent: (percent: string) => `${percent} of pairs of strangers look at least this much alike.`,
  pairsOneIn: (pairs: string) => `1 in ${pairs} pairs of strangers look at least this much alike.`,
  rateUnknown: 'How many strangers that accuses wrongly is not known for this measure.',
  thresholdByAmazon: (percent: string) =>
    `Everybody at least ${percent} similar is shown as a match. Amazon does not say how many strangers that accuses wrongly.`,
  accusedFewest: () =>
    `Fewer than 1 in ${number(1_000_000)} comparisons with a stranger is a false accusation.`,
  accusedPercent: (percent: string) => `${percent} of comparisons with a stranger is a false accusation.`,
  accusedOneIn: (comparisons: string) =>
    `1 in ${comparisons} comparisons with a stranger is a false accusation.`,
  againstFewest: (images: number) =>
    `Against the ${number(images)} pictures listed now, fewer than 1 in ${number(1_000_000)} strangers would be accused.`,
  againstPercent: (images: number, percent: string) =>
    `Against the ${number(images)} pictures listed now, ${percent} of strangers would be accused.`,
  againstOneIn: (images: number, strangers: string) =>
    `Against the ${number(images)} pictures listed now, 1 in ${strangers} strangers would be accused.`,
  againstAtMost: (images: number, strangers: string) =>
    `Against the ${number(images)} pictures listed now, at most 1 in ${strangers} strangers would be accused.`,
};
