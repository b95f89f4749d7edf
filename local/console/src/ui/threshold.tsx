import { useId } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { thresholdMeaning } from '../model/false-matches.ts';
import { similarityAt, type Verdict } from '../model/verdicts.ts';
import { count, distanceOf, similarityOf } from '../model/words.ts';

export interface ThresholdProps {
  readonly status: Status;
  /** Undefined: as the service judges. */
  readonly chosen: number | undefined;
  readonly onChoose: (distance: number | undefined) => void;
  /** What the chosen one makes of the faces that are shown. */
  readonly verdicts: readonly Verdict[];
}

/** The farthest that the slider goes, so that everybody whom the service told can be reached. */
function farthest(configured: number, verdicts: readonly Verdict[]): number {
  const distances = verdicts.flatMap(({ comparisons }) => comparisons.map(({ best }) => best.distance));
  return Math.ceil(Math.max(2 * configured, ...distances) * 100) / 100;
}

/** Shows what would match if the threshold were another. Nothing is changed by it but what is shown. */
export function Threshold({ status, chosen, onChoose, verdicts }: ThresholdProps) {
  const id = useId();
  const { threshold: configured, backend, counts, similarity_scale: scale } = status;
  const distance = chosen ?? configured;
  const max = farthest(configured, verdicts);
  const similarity = scale.length === 0 ? undefined : similarityAt(scale, distance);
  const matching = verdicts.filter(({ isMatch }) => isMatch).length;
  return (
    <section class="panel threshold" aria-label="Threshold">
      <div class="threshold-head">
        <label for={id}>Match up to a distance of</label>
        <output for={id}>{distanceOf(distance)}</output>
        <button
          type="button"
          class="button quiet"
          disabled={chosen === undefined}
          onClick={() => onChoose(undefined)}
        >
          Reset to {distanceOf(configured)}
        </button>
      </div>
      <div class="slider">
        <input
          id={id}
          type="range"
          min={0}
          max={max}
          step={max > 1 ? 0.005 : 0.001}
          value={distance}
          aria-valuetext={
            similarity === undefined
              ? distanceOf(distance)
              : `${distanceOf(distance)}, a similarity of ${similarityOf(similarity)}`
          }
          aria-describedby={`${id}-meaning`}
          onInput={({ currentTarget }) => onChoose(Number(currentTarget.value))}
        />
        <span class="slider-mark" style={{ left: `${(100 * configured) / max}%` }} aria-hidden="true" />
      </div>
      <div class="slider-ends" aria-hidden="true">
        <span>Stricter</span>
        <span>Looser</span>
      </div>
      <p id={`${id}-meaning`} class="meaning">
        {thresholdMeaning(similarity, counts.images, backend)}
      </p>
      <p class="threshold-result" role="status">
        <strong>
          {matching} of {count(verdicts.length, 'face')} {chosen === undefined ? '' : 'would '}
          {matching === 1 && chosen === undefined ? 'matches' : 'match'}
        </strong>
        {chosen !== undefined && ' · only shown here, the service goes on as it is set'}
      </p>
    </section>
  );
}
