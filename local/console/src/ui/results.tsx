import { useMemo, useRef, useState } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { ReviewVerdict } from '../../../../lib/contract/review.ts';
import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { reviewProcessed } from '../api/endpoints.ts';
import { type Draft, newPersonPictures, picturesFor } from '../draft.ts';
import { listFace } from '../list-face.ts';
import { type Headline, headlineOf } from '../model/verdict-words.ts';
import { type Hit, hitsOf, judgePicture, reviewOf, type Verdict } from '../model/verdicts.ts';
import { go, paths } from '../routes.ts';
import type { Fates } from '../use-fates.ts';
import { type ComingPicture, FaceOf, type ShownPicture } from './face-of.tsx';
import { HitCard, type HitCardProps } from './hit-card.tsx';
import { OtherFaces } from './other-faces.tsx';
import { ResultDetails } from './result-details.tsx';
import { ComingVerdict, VerdictBar } from './verdict-bar.tsx';

export interface ResultsProps {
  /** Undefined while it is not known. */
  readonly result: ImageProcessingResult | undefined;
  /** Headline in place of the one that the result alone gives. */
  readonly headline?: Headline;
  readonly comingText: string;
  /** Share of the picture that is sent, 0..1, while that takes long. */
  readonly sent?: number | undefined;
  readonly picture: ComingPicture;
  readonly alt: string;
  readonly status: Status | undefined;
  /** Fates of a picture of the history. Such a one has no others to show at another threshold. */
  readonly fates?: Fates;
  /** Called with the result once it holds what a person said. */
  readonly onReviewed: (result: ImageProcessingResult) => void;
}

/** Shows the verdict on a picture first, then whoever matched, and then its other faces and numbers. */
export function Results(props: ResultsProps) {
  const { result, headline, comingText, sent, picture, alt, status, fates } = props;
  const mayEdit = useMay('editor');
  if (result === undefined) return <ComingVerdict text={comingText} sent={sent} />;
  const verdict = judgePicture(result);
  const hits = hitsOf(verdict);
  const take = mayEdit && picture ? takerOf(picture, verdict.faces) : undefined;
  return (
    <>
      <VerdictBar headline={headline ?? headlineOf(result)} />
      <Hits {...props} result={result} hits={hits} take={take} />
      <OtherFaces
        verdicts={verdict.faces.filter(({ kind }) => kind === 'no_match' || kind === 'cannot_tell')}
        hasHits={hits.length > 0}
        faceOf={(of) => <FaceOf picture={picture} verdict={of} />}
        onList={take && ((of) => void take(of, newPersonPictures, paths.addPerson))}
      />
      {result.error === null && (
        <ResultDetails
          verdicts={verdict.faces}
          picture={picture}
          alt={alt}
          status={status}
          hasOthers={fates === undefined}
        />
      )}
    </>
  );
}

/** Cuts a face out of the picture into a draft, and goes to the page where it is enrolled. */
type Take = (of: Verdict, draft: Draft, path: string) => Promise<void>;

function takerOf(picture: ShownPicture, verdicts: readonly Verdict[]): Take {
  const boxesOf = ({ face }: Verdict) => [face.facial_area ?? []].flat();
  return async (of, draft, path) => {
    const [face] = boxesOf(of);
    if (face === undefined) return;
    await listFace(draft, picture.url, face, verdicts.filter((other) => other !== of).flatMap(boxesOf));
    go(path);
  };
}

interface HitsProps extends Pick<ResultsProps, 'picture' | 'fates' | 'onReviewed'> {
  readonly result: ImageProcessingResult;
  readonly hits: readonly Hit[];
  readonly take: Take | undefined;
}

function Hits({ result: { db_id: id }, hits, picture, fates, onReviewed, take }: HitsProps) {
  const { withKeys, choose } = useKeysOwner(hits);
  return hits.map((hit) => {
    const { verdict, comparison } = hit;
    const { id: entryId } = comparison.entry;
    return (
      <ReviewedHit
        key={keyOf(hit)}
        recordId={id}
        hit={hit}
        face={<FaceOf picture={picture} verdict={verdict} />}
        fates={fates}
        hasKeys={hit === withKeys}
        onChoose={() => choose(hit)}
        isOnly={hits.length === 1}
        onAdd={take && (() => void take(verdict, picturesFor(entryId), paths.entry(entryId)))}
        onReviewed={onReviewed}
      />
    );
  });
}

interface ReviewedHitProps extends Omit<HitCardProps, 'onReview'>, Pick<ResultsProps, 'onReviewed'> {
  readonly recordId: number | null;
}

/** Shows who matched. What is pressed is said of the record that is shown then, and of no later one. */
function ReviewedHit({ recordId, onReviewed, ...card }: ReviewedHitProps) {
  const { face_index: faceIndex } = card.hit.verdict.face;
  const { id: entryId } = card.hit.comparison.entry;
  const tell = useRef(onReviewed);
  tell.current = onReviewed;
  const onReview = useMemo(() => {
    if (recordId === null) return undefined;
    return async (verdict: ReviewVerdict) =>
      tell.current(await reviewProcessed(recordId, { faceIndex, entryId, verdict }));
  }, [recordId, faceIndex, entryId]);
  return <HitCard {...card} onReview={onReview} />;
}

/**
 * Finds whom the keys 1, 2 and 3 judge: the first whom nobody has judged, until a person chooses another.
 * They stay there, so that a second press never reaches somebody else.
 */
function useKeysOwner(hits: readonly Hit[]) {
  const firstOpen = () => hits.find(({ comparison }) => reviewOf(comparison) === null) ?? hits[0];
  const [owner, choose] = useState(firstOpen);
  const isOwner = (hit: Hit) => owner !== undefined && keyOf(hit) === keyOf(owner);
  // At the door the same person may be another face of the next look.
  const isPerson = (hit: Hit) => hit.comparison.entry.id === owner?.comparison.entry.id;
  const withKeys = hits.find(isOwner) ?? hits.find(isPerson) ?? firstOpen();
  if (withKeys !== undefined && (owner === undefined || keyOf(withKeys) !== keyOf(owner))) choose(withKeys);
  return { withKeys, choose };
}

function keyOf({ verdict, comparison }: Hit): string {
  return `${verdict.face.face_index} ${comparison.entry.id}`;
}
