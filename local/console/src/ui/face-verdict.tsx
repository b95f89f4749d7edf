import type { ComponentChildren } from 'preact';
import type { BlacklistMatch } from '../../../../lib/contract/shapes.ts';
import { imagePath } from '../api/endpoints.ts';
import { type Backend, meaningOf } from '../model/false-matches.ts';
import type { Comparison, Verdict } from '../model/verdicts.ts';
import { count, distanceOf, similarityOf } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Badge } from './badge.tsx';
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
  /** The slider's distance, where it is not the service's. */
  readonly threshold: number | undefined;
}

/** Shows a face, and the listed people it was compared with. */
export function FaceVerdict({ number, verdict, backend, face, isActive, threshold }: FaceVerdictProps) {
  const { comparisons, isMatch } = verdict;
  // If nobody matches, the nearest shows how far that is.
  const shown = comparisons.slice(0, Math.max(1, comparisons.filter((one) => one.isMatch).length));
  const others = comparisons.slice(shown.length);
  const judged = { backend, threshold };
  const { confidence } = verdict.face;
  return (
    <section
      class={`panel face-verdict ${isActive ? 'active' : ''}`}
      tabIndex={-1}
      aria-label={`Face ${number}`}
    >
      <div class="face-head">
        {face}
        <div>
          <h3>Face {number}</h3>
          <Badge kind={isMatch ? 'match' : 'clear'}>{isMatch ? 'Match' : 'No match'}</Badge>
          {confidence !== null && (
            <p class="hint">Face found with {Math.round(confidence * 100)}% confidence</p>
          )}
        </div>
      </div>
      {comparisons.length === 0 && (
        <p class="hint">
          {verdict.face.candidates === null ? 'Nobody matched.' : 'There is nobody else to compare with.'}
        </p>
      )}
      <Comparisons shown={shown} {...judged} />
      {others.length > 0 && (
        <details>
          <summary>{count(others.length, 'other')}, less alike</summary>
          <Comparisons shown={others} {...judged} />
        </details>
      )}
    </section>
  );
}

interface Judged {
  readonly backend: Backend;
  readonly threshold: number | undefined;
}

function Comparisons({ shown, backend, threshold }: Judged & { shown: readonly Comparison[] }) {
  return (
    <ul class="comparisons">
      {shown.map((comparison) => (
        <ComparisonRow
          key={comparison.entry.id}
          comparison={comparison}
          backend={backend}
          threshold={threshold ?? comparison.best.threshold}
        />
      ))}
    </ul>
  );
}

interface ComparisonRowProps {
  readonly comparison: Comparison;
  readonly backend: Backend;
  readonly threshold: number;
}

function ComparisonRow({ comparison, backend, threshold }: ComparisonRowProps) {
  const { entry, best, references, isMatch } = comparison;
  return (
    <li class={`comparison ${isMatch ? 'match' : ''}`}>
      <div class="references">
        {references.slice(0, maxReferences).map((reference) => (
          <Reference key={reference.image_id} reference={reference} />
        ))}
      </div>
      <div class="comparison-text">
        <div class="comparison-name">
          <a href={paths.entry(entry.id)}>{entry.name}</a>
          {isMatch && <Badge kind="match">Match</Badge>}
        </div>
        {entry.reason && <p class="hint">{entry.reason}</p>}
        <Meter distance={best.distance} threshold={threshold} isMatch={isMatch} />
        <dl class="numbers">
          <Figure name="Distance" value={distanceOf(best.distance)} />
          <Figure name="Threshold" value={distanceOf(threshold)} />
          <Figure name="Similarity" value={similarityOf(best.similarity)} />
        </dl>
        <p class="meaning">{meaningOf(best.similarity, backend)}</p>
      </div>
    </li>
  );
}

function Reference({ reference }: { reference: BlacklistMatch }) {
  const { entry, image_id, target_x: x, target_y: y, target_w: w, target_h: h } = reference;
  const box = x === null || y === null || w === null || h === null ? null : { x, y, w, h };
  const alt = `Listed picture of ${entry.name}`;
  // Records of earlier versions do not tell.
  if (image_id === null) return <NoPicture alt={alt} />;
  return <ServicePicture path={imagePath(entry.id, image_id)} box={box} size={240} alt={alt} />;
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
    <div class={`meter ${isMatch ? 'match' : ''}`} aria-hidden="true">
      <span class="meter-dot" style={{ left: `${share * 100}%` }} />
    </div>
  );
}
