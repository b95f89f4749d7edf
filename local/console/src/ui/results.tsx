import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { type ReviewOfFace, reviewProcessed } from '../api/endpoints.ts';
import { type Draft, newPersonPictures, picturesFor } from '../draft.ts';
import { listFace } from '../list-face.ts';
import { type Headline, headlineOf } from '../model/verdict-words.ts';
import { type Hit, hitsOf, judgePicture, reviewOf, type Verdict } from '../model/verdicts.ts';
import { go, paths } from '../routes.ts';
import { FaceOf, type ShownPicture } from './face-of.tsx';
import { HitCard } from './hit-card.tsx';
import { OtherFaces } from './other-faces.tsx';
import { ResultDetails } from './result-details.tsx';
import { ComingVerdict, VerdictBar } from './verdict-bar.tsx';

export interface ResultsProps {
  /** Undefined while it is not known. */
  readonly result: ImageProcessingResult | undefined;
  /** Headline in place of the one that the result alone gives. */
  readonly headline?: Headline;
  readonly comingText: string;
  readonly picture: ShownPicture | undefined;
  readonly alt: string;
  readonly status: Status | undefined;
  /** True for a picture of the history. Then there are no others to show at another threshold. */
  readonly isKept: boolean;
  /** Called with the result once it holds what a person said. */
  readonly onReviewed: (result: ImageProcessingResult) => void;
}

/** Shows the verdict on a picture first, then whoever matched, and then its other faces and numbers. */
export function Results(props: ResultsProps) {
  const { result, headline, comingText, picture, alt, status, isKept, onReviewed } = props;
  const mayEdit = useMay('editor');
  if (result === undefined) return <ComingVerdict text={comingText} />;
  const verdict = judgePicture(result);
  const hits = hitsOf(verdict);
  const withKeys = hits.find(({ comparison }) => reviewOf(comparison) === null) ?? hits[0];
  const { db_id: id } = result;
  const faceOf = (of: Verdict) => <FaceOf picture={picture} verdict={of} />;
  const review = async (given: ReviewOfFace) => {
    if (id !== null) onReviewed(await reviewProcessed(id, given));
  };
  const mayList = mayEdit && picture !== undefined;
  const take = async (of: Verdict, draft: Draft, path: string) => {
    const boxOf = ({ face }: Verdict) => face.facial_area ?? [];
    const [face] = [boxOf(of)].flat();
    if (picture === undefined || face === undefined) return;
    await listFace(draft, picture.url, face, verdict.faces.filter((other) => other !== of).flatMap(boxOf));
    go(path);
  };
  return (
    <>
      <VerdictBar headline={headline ?? headlineOf(result)} />
      {hits.map((hit) => (
        <HitCard
          key={keyOf(hit)}
          hit={hit}
          face={faceOf(hit.verdict)}
          isKept={isKept}
          hasKeys={hit === withKeys}
          isOnly={hits.length === 1}
          onAdd={
            mayList
              ? () =>
                  void take(
                    hit.verdict,
                    picturesFor(hit.comparison.entry.id),
                    paths.entry(hit.comparison.entry.id),
                  )
              : undefined
          }
          onReview={
            id === null
              ? undefined
              : (given) =>
                  review({
                    faceIndex: hit.verdict.face.face_index,
                    entryId: hit.comparison.entry.id,
                    verdict: given,
                  })
          }
        />
      ))}
      <OtherFaces
        verdicts={verdict.faces.filter(({ kind }) => kind === 'no_match' || kind === 'cannot_tell')}
        hasHits={hits.length > 0}
        faceOf={faceOf}
        onList={mayList ? (of) => void take(of, newPersonPictures, paths.addPerson) : undefined}
      />
      {result.error === null && (
        <ResultDetails
          verdicts={verdict.faces}
          picture={picture}
          alt={alt}
          status={status}
          hasOthers={!isKept}
        />
      )}
    </>
  );
}

function keyOf({ verdict, comparison }: Hit): string {
  return `${verdict.face.face_index} ${comparison.entry.id}`;
}
