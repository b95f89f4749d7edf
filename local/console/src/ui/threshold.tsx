import { useId, useState } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { similarityOnScale } from '../../../../lib/faces/similarity-scale.ts';
import { distanceOf, list, similarityOf } from '../format.ts';
import { thresholdMeaning } from '../model/false-matches.ts';
import { type Verdict, wouldMatch } from '../model/verdicts.ts';
import { texts } from '../texts.ts';

export interface ThresholdProps {
  readonly status: Status;
  readonly verdicts: readonly Verdict[];
}

/**
 * Returns the farthest that the slider goes: as far as the service lets any request go, for beyond it
 * strangers would be shown as matches.
 */
function farthest({ threshold, loosest_threshold: loosest }: Status): number {
  return Math.max(threshold, Math.floor(loosest * 1000) / 1000);
}

function wouldMatchWords(names: readonly string[]): string {
  return names.length === 0
    ? texts.verdicts.nobodyWouldMatch
    : texts.verdicts.wouldMatch(list(names), names.length);
}

/**
 * Shows who of this one picture would match if the threshold were another. It changes no verdict, here or
 * elsewhere.
 */
export function Threshold({ status, verdicts }: ThresholdProps) {
  const id = useId();
  const [chosen, setChosen] = useState<number>();
  const { threshold: configured, backend, counts, similarity_scale: scale } = status;
  const distance = chosen ?? configured;
  const similarity = similarityOnScale(scale, distance);
  const names = wouldMatch(verdicts, distance);
  return (
    <section class="panel threshold" aria-label={texts.verdicts.whatIf}>
      <h3>{texts.verdicts.whatIfTitle}</h3>
      <div class="threshold-head">
        <label for={id}>{texts.verdicts.matchUpTo}</label>
        <output for={id}>{distanceOf(distance)}</output>
        <button
          type="button"
          class="button quiet"
          disabled={chosen === undefined}
          onClick={() => setChosen(undefined)}
        >
          {texts.verdicts.resetTo(distanceOf(configured))}
        </button>
      </div>
      <Slider
        id={id}
        distance={distance}
        configured={configured}
        max={farthest(status)}
        similarity={similarity}
        onChange={setChosen}
      />
      <p id={`${id}-meaning`} class="meaning">
        {thresholdMeaning(similarity, counts.images, backend)}
      </p>
      <p class="threshold-result" role="status">
        <strong>{wouldMatchWords(names)}</strong> {texts.verdicts.verdictStays}
      </p>
    </section>
  );
}

interface SliderProps {
  /** Id of the input; `…-meaning` describes it. */
  readonly id: string;
  readonly distance: number;
  /** Threshold of the service, which has a mark. */
  readonly configured: number;
  readonly max: number;
  /** Similarity at that distance, if it is known. */
  readonly similarity: number | undefined;
  readonly onChange: (distance: number) => void;
}

function Slider({ id, distance, configured, max, similarity, onChange }: SliderProps) {
  return (
    <>
      <div class="slider" dir="ltr">
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
              : texts.verdicts.distanceAndSimilarity(distanceOf(distance), similarityOf(similarity))
          }
          aria-describedby={`${id}-meaning`}
          onInput={({ currentTarget }) => onChange(Number(currentTarget.value))}
        />
        <span class="slider-mark" style={{ left: `${(100 * configured) / max}%` }} aria-hidden="true" />
      </div>
      <div class="slider-ends" dir="ltr" aria-hidden="true">
        <span>{texts.verdicts.stricter}</span>
        <span>{texts.verdicts.looser}</span>
      </div>
    </>
  );
}
