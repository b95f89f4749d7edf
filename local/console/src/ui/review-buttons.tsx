import { useEffect, useRef, useState } from 'preact/hooks';
import type { Review, ReviewVerdict } from '../../../../lib/contract/review.ts';
import { messageOf } from '../api/client.ts';
import { timeOf } from '../model/words.ts';
import { tell } from './live.tsx';
import { Notice } from './states.tsx';

/** Verdicts in the order of their keys. */
const choices: readonly { verdict: ReviewVerdict; label: string; said: string }[] = [
  { verdict: 'confirmed', label: 'It is him / her', said: 'it is that person' },
  { verdict: 'rejected', label: 'Not them', said: 'it is somebody else' },
  { verdict: 'unsure', label: 'Unsure', said: 'not sure' },
];

export interface ReviewButtonsProps {
  readonly name: string;
  readonly review: Review | null;
  /** True if the keys 1, 2 and 3 press these buttons. */
  readonly hasKeys: boolean;
  /** Keeps the verdict. It throws what the service refuses. */
  readonly onReview: (verdict: ReviewVerdict) => Promise<void>;
}

/** Lets a person say if a match is right. */
export function ReviewButtons({ name, review, hasKeys, onReview }: ReviewButtonsProps) {
  const [isSaving, setSaving] = useState(false);
  const [error, setError] = useState<string>();
  const save = async ({ verdict, said }: (typeof choices)[number]) => {
    if (isSaving) return;
    setSaving(true);
    setError(undefined);
    try {
      await onReview(verdict);
      tell(`${name}: ${said}. This is kept.`);
    } catch (failure) {
      setError(messageOf(failure));
    }
    setSaving(false);
  };
  useKeys(hasKeys, (index) => {
    const choice = choices[index];
    if (choice) void save(choice);
  });
  return (
    <div class="review">
      {error !== undefined && (
        <div role="alert">
          <Notice kind="warning">{error}</Notice>
        </div>
      )}
      <fieldset class="review-buttons" aria-label={`Is it ${name}?`}>
        {choices.map((choice, index) => (
          <button
            key={choice.verdict}
            type="button"
            class={`button ${choice.verdict}`}
            aria-pressed={review?.verdict === choice.verdict}
            aria-keyshortcuts={hasKeys ? String(index + 1) : undefined}
            disabled={isSaving}
            onClick={() => void save(choice)}
          >
            {hasKeys && (
              <span class="key" aria-hidden="true">
                {index + 1}
              </span>
            )}
            {choice.label}
          </button>
        ))}
      </fieldset>
      {review && <Reviews review={review} />}
    </div>
  );
}

const stateWords: Record<Review['verdict'], string> = {
  open: 'Open until a second person has judged.',
  confirmed: 'Confirmed.',
  rejected: 'Rejected: somebody else.',
  unsure: 'Nobody is sure.',
};

function Reviews({ review: { verdict, reviews } }: { review: Review }) {
  const wordsOf = (given: ReviewVerdict) => choices.find((choice) => choice.verdict === given)?.said ?? given;
  return (
    <p class="hint">
      {stateWords[verdict]}{' '}
      {reviews.map(({ actor, verdict: given, note, at }) => (
        <span key={actor}>
          {actor}: {wordsOf(given)}
          {note && ` (${note})`}, {timeOf(at)}.{' '}
        </span>
      ))}
    </p>
  );
}

/** Listens for the keys 1, 2 and 3 wherever nothing is written. */
function useKeys(isOn: boolean, press: (index: number) => void): void {
  const pressed = useRef(press);
  pressed.current = press;
  useEffect(() => {
    if (!isOn) return;
    const listening = new AbortController();
    document.addEventListener(
      'keydown',
      (event) => {
        const { key, ctrlKey, altKey, metaKey, repeat, target } = event;
        const isWriting = target instanceof Element && target.closest('input, textarea, select') !== null;
        if (repeat || ctrlKey || altKey || metaKey || isWriting) return;
        if (!/^[123]$/.test(key) || document.querySelector('dialog[open]')) return;
        event.preventDefault();
        pressed.current(Number(key) - 1);
      },
      { signal: listening.signal },
    );
    return () => listening.abort();
  }, [isOn]);
}
