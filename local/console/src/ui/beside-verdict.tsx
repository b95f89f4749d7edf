import {
  type Check,
  hasOpen,
  isRetryable,
  isUnchecked,
  leftOut,
  maxChecks,
  retryCheck,
  selectedCheck,
} from '../checks.ts';
import { headlineOf } from '../model/verdict-words.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { Isolated } from './isolated.tsx';

/** Bars above the verdict on a picture: what else is to be known of the pictures beside it. */

/** Says before every verdict that pictures were not checked, until a person has read it. */
export function LeftOut({ count }: { count: number }) {
  return (
    <div class="verdict-bar cannot-tell unchecked" role="alert">
      <Icon name="question" />
      <div>
        <h2>{texts.checking.notChecked}</h2>
        <p>{texts.checking.leftOut(count, maxChecks)}</p>
      </div>
      <button type="button" class="button" onClick={() => leftOut.set(0)}>
        {texts.frame.dismiss}
      </button>
    </div>
  );
}

/**
 * Leads to the pictures with a match that nobody has judged, and then to those with a near miss. Without it
 * the verdict on one picture would fill the screen of a phone, perhaps in green, while a listed person stands
 * in the next.
 */
export function HitElsewhere({ all, selected }: { all: readonly Check[]; selected: Check | undefined }) {
  const matches = all.filter((check) => isHit(check, 'match'));
  const tone = matches.length > 0 ? 'match' : 'possible';
  const open = tone === 'match' ? matches : all.filter((check) => isHit(check, 'possible'));
  const [next] = open;
  if (next?.result === undefined || (selected && open.includes(selected))) return null;
  return (
    <button type="button" class={`verdict-bar ${tone} elsewhere`} onClick={() => selectedCheck.set(next.id)}>
      <Icon name={tone === 'match' ? 'warning' : 'question'} />
      <span>
        <strong dir="auto">
          <Isolated text={headlineOf(next.result).text} />
        </strong>
        <span class="where">{texts.checking.inAnother(open.length)}</span>
      </span>
    </button>
  );
}

interface UncheckedProps {
  readonly all: readonly Check[];
  readonly unchecked: readonly Check[];
  readonly selected: Check;
}

/**
 * Says above a picture's verdict that others are not checked, unless a match or a near miss is told there.
 */
export function Unchecked({ all, unchecked, selected }: UncheckedProps) {
  const failed = unchecked.filter(({ state }) => state === 'failed');
  const isTold =
    all.length < 2 || unchecked.length === 0 || all.some((check) => isHit(check, 'match', 'possible'));
  // While the shown picture is checked, nothing else is said here, so that the page does not jump.
  if (isTold || (failed.length === 0 && isUnchecked(selected))) return null;
  return (
    <div class="verdict-bar cannot-tell unchecked" role="status">
      <Icon name="question" />
      <strong>{texts.checking.unchecked(unchecked.length, all.length)}</strong>
      <TryAgain pictures={failed} className="button" />
    </div>
  );
}

/** Lets those pictures be checked again that another attempt may help. */
export function TryAgain({ pictures, className }: { pictures: readonly Check[]; className: string }) {
  const retryable = pictures.filter(isRetryable);
  if (retryable.length === 0) return null;
  return (
    <button type="button" class={className} onClick={() => retryable.forEach(retryCheck)}>
      {texts.checking.tryPictures(retryable.length)}
    </button>
  );
}

/** Returns true for a picture with something of these kinds that nobody has judged. */
function isHit({ result }: Check, ...likenesses: readonly ('match' | 'possible')[]): boolean {
  return result !== undefined && hasOpen(result, likenesses);
}
