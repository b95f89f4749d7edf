import type { ComponentChildren } from 'preact';
import type { ReviewVerdict } from '../../../../lib/contract/review.ts';
import type { BlacklistMatch } from '../../../../lib/contract/shapes.ts';
import { useLacks, useMay } from '../api/caller.ts';
import { faceOf, imagePath } from '../api/endpoints.ts';
import { similarityOf } from '../format.ts';
import { faultsOf, sinceWords } from '../model/verdict-words.ts';
import {
  type FollowedEntry,
  type Hit,
  isDeleted,
  isMatch,
  isRedacted,
  isStanding,
  reviewOf,
} from '../model/verdicts.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import type { Fates } from '../use-fates.ts';
import { EntryBadges } from './entry-badges.tsx';
import { NoPicture, ServicePicture } from './picture.tsx';
import { ReviewButtons } from './review-buttons.tsx';

export interface HitCardProps {
  readonly hit: Hit;
  /** The face, cut out of the picture. */
  readonly face: ComponentChildren;
  /** Fates of a picture of the history, whose matches hold no notes; undefined for any other picture. */
  readonly fates: Fates | undefined;
  readonly hasKeys: boolean;
  /** Called when a person turns to this card. */
  readonly onChoose: () => void;
  /** True if nobody else matched, so that the bar has the name already. */
  readonly isOnly: boolean;
  /** Adds the face to the person's pictures; undefined where that is not possible. */
  readonly onAdd: (() => void) | undefined;
  /** Undefined where nothing of the picture is kept. */
  readonly onReview: ((verdict: ReviewVerdict) => Promise<void>) | undefined;
}

/** Shows a face beside the listed person whom it matched or nearly matched, and asks who it is. */
export function HitCard({ hit, face, fates, hasKeys, onChoose, isOnly, onAdd, onReview }: HitCardProps) {
  const { comparison, verdict } = hit;
  const { entry, best } = comparison;
  const mayReview = useMay('desk');
  const tone = !isStanding(comparison) ? 'set-aside' : isMatch(comparison) ? 'match' : 'possible';
  const since = sinceWords(entry);
  const isThere = mayReview && !isDeleted(entry);
  // Matches that the history keeps whole are judged as before.
  const isJudged = isThere || (mayReview && fates !== undefined && !isRedacted(best));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: with the keyboard, the focus chooses the card
    <article
      onClick={onChoose}
      onFocusIn={onChoose}
      class={`panel hit ${tone} ${isOnly ? 'only' : ''}`}
      aria-label={texts.verdicts.faceBeside(verdict.face.face_index + 1, entry.name)}
    >
      <Pair face={face} match={best} />
      <div class="below-faces">
        <div class="hit-text">
          <h3 dir="auto">{isThere ? <a href={paths.entry(entry.id)}>{entry.name}</a> : entry.name}</h3>
          {since && <p class="hit-since">{since}</p>}
          {/* Whoever must act needs the notes of today. */}
          <EntryFacts entry={fates?.get(entry.id)?.today ?? entry} />
          {fates && isThere && !fates.has(entry.id) && <p class="hint">{texts.verdicts.asItWasThen}</p>}
          {verdict.reasons.length > 0 && (
            <p class="hint">
              {faultsOf(verdict.reasons)} {texts.verdicts.lookTwice}
            </p>
          )}
        </div>
        {onReview && isJudged && (
          <ReviewButtons
            name={entry.name}
            review={reviewOf(comparison)}
            hasKeys={hasKeys}
            onReview={onReview}
          />
        )}
        {/* Below what was just pressed, so that nothing moves under a thumb. */}
        {onAdd && isThere && reviewOf(comparison)?.verdict === 'confirmed' && (
          <button type="button" class="button add-face" onClick={onAdd}>
            {texts.verdicts.addThisFace}
          </button>
        )}
      </div>
    </article>
  );
}

/** Shows both faces. The listed one is hidden from those who may not see the list. */
function Pair({ face, match }: { face: ComponentChildren; match: BlacklistMatch }) {
  const isListedHidden = useLacks('desk');
  return (
    <div class="pair">
      <figure>
        {face}
        <figcaption>{texts.verdicts.inThePicture}</figcaption>
      </figure>
      <figure>
        {isListedHidden ? <p class="hint">{texts.verdicts.listedHidden}</p> : <ListedFace match={match} />}
        <figcaption>{texts.verdicts.listedAlike(similarityOf(match.similarity))}</figcaption>
      </figure>
    </div>
  );
}

function EntryFacts({ entry }: { entry: FollowedEntry }) {
  const { reason, notes } = entry;
  return (
    <>
      <EntryBadges entry={entry} />
      {reason && (
        <p class="hit-reason" dir="auto">
          {reason}
        </p>
      )}
      {notes && (
        <p class="hit-notes" dir="auto">
          {notes}
        </p>
      )}
    </>
  );
}

function ListedFace({ match }: { match: BlacklistMatch }) {
  const { entry, image_id } = match;
  const alt = texts.verdicts.listedPictureOf(entry.name);
  // Records of earlier versions do not tell.
  if (image_id === null) return <NoPicture alt={alt} />;
  return <ServicePicture path={faceOf(imagePath(entry.id, image_id), 640)} alt={alt} />;
}
