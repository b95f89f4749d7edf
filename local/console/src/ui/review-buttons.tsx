import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Review, ReviewVerdict } from '../../../../lib/contract/review.ts';
import { askedAgainText, mayPass, untilAnswered } from '../api/again.ts';
import { caller } from '../api/caller.ts';
import { errorMessage, type Message, RefusedError } from '../api/client.ts';
import { pressedNow } from '../api/token.ts';
import { timeOf } from '../format.ts';
import { announce, notify } from '../notices.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { ErrorNotice } from './states.tsx';
import { areKeysHeld } from './steady.ts';

/** Verdicts in the order of their keys. */
const verdicts: readonly ReviewVerdict[] = ['confirmed', 'rejected', 'unsure'];

function labelOf(verdict: ReviewVerdict): string {
  const { itIs: confirmed, notThem: rejected, unsure } = texts.verdicts;
  return { confirmed, rejected, unsure }[verdict];
}

function saidOf(verdict: ReviewVerdict): string {
  const { saidItIs: confirmed, saidNot: rejected, saidUnsure: unsure } = texts.verdicts;
  return { confirmed, rejected, unsure }[verdict];
}

export interface ReviewButtonsProps {
  readonly name: string;
  readonly review: Review | null;
  /** True if the keys 1, 2 and 3 press these buttons. */
  readonly hasKeys: boolean;
  /** Keeps the verdict. It throws what the service refuses. Another function is about another record. */
  readonly onReview: (verdict: ReviewVerdict) => Promise<void>;
}

/** Lets a person say if a match is right. */
export function ReviewButtons({ name, review, hasKeys, onReview }: ReviewButtonsProps) {
  const { saving, error, save } = useSaving(name, onReview);
  const own = useOwnVerdict(review);
  useKeys(hasKeys, (index) => {
    const verdict = verdicts[index];
    if (verdict) void save(verdict);
  });
  return (
    <div class="review">
      <ErrorNotice error={error} />
      <fieldset
        class="review-buttons"
        aria-label={texts.verdicts.isIt(name)}
        aria-busy={saving !== undefined}
      >
        {verdicts.map((verdict, index) => (
          <button
            key={verdict}
            type="button"
            class={`button ${verdict}`}
            aria-pressed={(saving ?? own) === verdict}
            aria-keyshortcuts={hasKeys ? String(index + 1) : undefined}
            onClick={() => void save(verdict)}
          >
            {hasKeys && (
              <span class="key" aria-hidden="true">
                {index + 1}
              </span>
            )}
            {labelOf(verdict)}
          </button>
        ))}
      </fieldset>
      {review && <Reviews review={review} />}
    </div>
  );
}

/**
 * Returns what the person at this page has said. What others said, or what counts where two differ, is told
 * in words alone.
 */
function useOwnVerdict(review: Review | null): ReviewVerdict | undefined {
  const known = useStore(caller);
  if (known !== undefined) return review?.reviews.find(({ actor }) => actor === known.name)?.verdict;
  // An earlier service does not tell who asks.
  return review === null || review.verdict === 'open' ? undefined : review.verdict;
}

interface Pressed {
  readonly onReview: ReviewButtonsProps['onReview'];
  /** Undefined once it is kept, or could not be. */
  readonly saving?: ReviewVerdict;
  readonly error?: Message;
}

/**
 * Saves one verdict after the other, also once the service answers again, so that the last press counts. The
 * pressed button stays pressed until the answer is shown. If somebody else is shown by then, a message tells
 * what became of it.
 */
function useSaving(name: string, onReview: ReviewButtonsProps['onReview']) {
  const [pressed, setPressed] = useState<Pressed>();
  const shown = useRef<ReviewButtonsProps['onReview'] | undefined>(undefined);
  const lastPresses = useRef(new Map<ReviewButtonsProps['onReview'], ReviewVerdict>());
  const isLost = useRef(false);
  const tellLost = () => notify(texts.verdicts.saidNotKept(name), { isFailure: true });
  useLayoutEffect(() => {
    shown.current = onReview;
    return () => {
      shown.current = undefined;
      if (isLost.current) tellLost();
      isLost.current = false;
    };
  }, [onReview]);
  const show = (after: Pressed) => shown.current === onReview && setPressed(after);
  const save = async (verdict: ReviewVerdict) => {
    const isSaving = lastPresses.current.has(onReview);
    lastPresses.current.set(onReview, verdict);
    isLost.current = false;
    show({ onReview, saving: verdict });
    if (isSaving) return;
    const wanted = () => lastPresses.current.get(onReview) ?? verdict;
    const wait = (error: unknown) =>
      show({ onReview, saving: wanted(), error: { text: askedAgainText(error) } });
    try {
      const said = texts.verdicts.saidKept(name, saidOf(await keepLast(wanted, onReview, wait)));
      // The buttons show it, and a toast would hide the verdict.
      if (shown.current === onReview) announce(said);
      else notify(said);
      show({ onReview });
    } catch (failure) {
      if (shown.current !== onReview) tellLost();
      isLost.current = shown.current === onReview;
      show({ onReview, error: errorMessage(failure) });
    }
    lastPresses.current.delete(onReview);
  };
  const { saving, error } = pressed?.onReview === onReview ? pressed : {};
  return { saving, error, save };
}

/** Keeps a verdict, and again until it is the one that is wanted by then. Returns that one. */
async function keepLast(
  wanted: () => ReviewVerdict,
  keep: ReviewButtonsProps['onReview'],
  onLost: (error: unknown) => void,
): Promise<ReviewVerdict> {
  const { pressedAt } = pressedNow();
  for (;;) {
    let sent = wanted();
    const send = () => {
      sent = wanted();
      return keep(sent);
    };
    await untilAnswered(send, onLost, mayPass);
    if (sent === wanted()) return sent;
    // Whoever has entered another token meanwhile never pressed.
    if (pressedAt !== pressedNow().pressedAt) throw new RefusedError(401);
  }
}

function Reviews({ review: { verdict, reviews } }: { review: Review }) {
  const {
    reviewOpen: open,
    reviewConfirmed: confirmed,
    reviewRejected: rejected,
    reviewUnsure,
    reviewDisagreed,
  } = texts.verdicts;
  const areUnsure = reviews.every(({ verdict: given }) => given === 'unsure');
  const unsure = areUnsure ? reviewUnsure : reviewDisagreed;
  return (
    <p class="hint">
      {{ open, confirmed, rejected, unsure }[verdict]}{' '}
      {reviews.map(({ actor, verdict: given, note, at }) => (
        <span key={actor}>
          {texts.verdicts.reviewBy(
            <bdi>{actor}</bdi>,
            saidOf(given),
            note && <bdi>{note}</bdi>,
            timeOf(at),
          )}{' '}
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
        if (!areKeysHeld()) pressed.current(Number(key) - 1);
      },
      { signal: listening.signal },
    );
    return () => listening.abort();
  }, [isOn]);
}
