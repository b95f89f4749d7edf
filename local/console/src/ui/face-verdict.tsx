import type { ComponentChildren } from 'preact';
import type { BlacklistMatch } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { faceOf, imagePath } from '../api/endpoints.ts';
import { distanceOf, similarityOf, wholePercent } from '../format.ts';
import { type Backend, meaningOf } from '../model/false-matches.ts';
import { faultsOf } from '../model/verdict-words.ts';
import type { Comparison, Verdict, VerdictKind } from '../model/verdicts.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { Badge, type BadgeKind } from './badge.tsx';
import { NoPicture, ServicePicture } from './picture.tsx';

/** Largest number of pictures shown of one person, the nearest. */
const maxReferences = 3;

export interface FaceVerdictProps {
  readonly number: number;
  readonly verdict: Verdict;
  readonly backend: Backend;
  /** The face, cut out of the picture. */
  readonly face: ComponentChildren;
  readonly isActive: boolean;
}

const badgeKinds: Record<VerdictKind, BadgeKind> = {
  match: 'match',
  possible: 'possible',
  cannot_tell: 'cannot-tell',
  no_match: 'clear',
};

function wordsOf(kind: VerdictKind): string {
  const { matched: match, possibly: possible, cannotTell, noMatch } = texts.verdicts;
  return { match, possible, cannot_tell: cannotTell, no_match: noMatch }[kind];
}

/** Shows the numbers of a face, and the listed people it was compared with. */
export function FaceVerdict({ number, verdict, backend, face, isActive }: FaceVerdictProps) {
  const { comparisons, kind, reasons } = verdict;
  // If nobody matches, the nearest shows how far that is.
  const hits = comparisons.filter(({ likeness }) => likeness !== 'other');
  const shown = comparisons.slice(0, Math.max(1, hits.length));
  const others = comparisons.slice(shown.length);
  const { confidence } = verdict.face;
  return (
    <section
      class={`panel face-verdict ${isActive ? 'active' : ''}`}
      tabIndex={-1}
      data-face={number}
      aria-label={texts.verdicts.face(number)}
    >
      <div class="face-head">
        {face}
        <div>
          <h3>{texts.verdicts.face(number)}</h3>
          <Badge kind={badgeKinds[kind]}>{wordsOf(kind)}</Badge>
          {kind === 'cannot_tell' && <p class="hint">{faultsOf(reasons)}</p>}
          {confidence !== null && <p class="hint">{texts.verdicts.confidence(wholePercent(confidence))}</p>}
        </div>
      </div>
      {comparisons.length === 0 && (
        <p class="hint">
          {verdict.face.candidates === null ? texts.verdicts.nobodyMatched : texts.verdicts.nobodyElse}
        </p>
      )}
      <Comparisons shown={shown} backend={backend} />
      {others.length > 0 && (
        <details>
          <summary>{texts.verdicts.othersLessAlike(others.length)}</summary>
          <Comparisons shown={others} backend={backend} />
        </details>
      )}
    </section>
  );
}

function Comparisons({ shown, backend }: { backend: Backend; shown: readonly Comparison[] }) {
  return (
    <ul class="comparisons">
      {shown.map((comparison) => (
        <ComparisonRow key={comparison.entry.id} comparison={comparison} backend={backend} />
      ))}
    </ul>
  );
}

interface ComparisonRowProps {
  readonly comparison: Comparison;
  readonly backend: Backend;
}

function ComparisonRow({ comparison, backend }: ComparisonRowProps) {
  const { entry, best, references, likeness } = comparison;
  const isMatch = likeness === 'match';
  const mayLook = useMay('desk');
  return (
    <li class={`comparison ${isMatch ? 'match' : ''}`}>
      <div class="references">
        {mayLook &&
          references
            .slice(0, maxReferences)
            .map((reference) => <Reference key={reference.image_id} reference={reference} />)}
      </div>
      <div class="comparison-text">
        <div class="comparison-name">
          {mayLook ? (
            <a href={paths.entry(entry.id)} dir="auto">
              {entry.name}
            </a>
          ) : (
            <bdi>{entry.name}</bdi>
          )}
          {isMatch && <Badge kind="match">{wordsOf('match')}</Badge>}
          {likeness === 'possible' && <Badge kind="possible">{wordsOf('possible')}</Badge>}
        </div>
        {entry.reason && (
          <p class="hint" dir="auto">
            {entry.reason}
          </p>
        )}
        <Meter distance={best.distance} threshold={best.threshold} isMatch={isMatch} />
        <dl class="numbers">
          <Figure name={texts.verdicts.distance} value={distanceOf(best.distance)} />
          <Figure name={texts.verdicts.threshold} value={distanceOf(best.threshold)} />
          <Figure name={texts.verdicts.similarity} value={similarityOf(best.similarity)} />
        </dl>
        <p class="meaning">{meaningOf(best.similarity, backend)}</p>
      </div>
    </li>
  );
}

function Reference({ reference }: { reference: BlacklistMatch }) {
  const { entry, image_id } = reference;
  const alt = texts.verdicts.listedPictureOf(entry.name);
  // Records of earlier versions do not tell.
  if (image_id === null) return <NoPicture alt={alt} />;
  return <ServicePicture path={faceOf(imagePath(entry.id, image_id), 160)} alt={alt} />;
}

function Figure({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** Shows a distance relative to the threshold, which is in the middle. Distances to its left match. */
function Meter({ distance, threshold, isMatch }: { distance: number; threshold: number; isMatch: boolean }) {
  const share = threshold > 0 ? Math.min(1, distance / (2 * threshold)) : 1;
  return (
    <div class={`meter ${isMatch ? 'match' : ''}`} dir="ltr" aria-hidden="true">
      <span class="meter-dot" style={{ left: `${share * 100}%` }} />
    </div>
  );
}
