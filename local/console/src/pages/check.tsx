import { useState } from 'preact/hooks';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import type { Message } from '../api/client.ts';
import { getStatus } from '../api/endpoints.ts';
import {
  type Check,
  cancelWaiting,
  checks,
  clearChecks,
  isRetryable,
  isUnchecked,
  leftOut,
  noteReviews,
  removeCheck,
  retryCheck,
  selectedCheck,
  startChecks,
} from '../checks.ts';
import { timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { type BarHeadline, headlineOf, type Tone } from '../model/verdict-words.ts';
import { hitsOf, isStanding, judgePicture } from '../model/verdicts.ts';
import { paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { HitElsewhere, LeftOut, TryAgain, Unchecked } from '../ui/beside-verdict.tsx';
import { CheckTabs } from '../ui/check-tabs.tsx';
import { ForRole } from '../ui/for-role.tsx';
import { useVerdictInSight } from '../ui/in-sight.ts';
import { Page } from '../ui/page.tsx';
import { PictureInput } from '../ui/picture-input.tsx';
import { Results } from '../ui/results.tsx';
import { Notice } from '../ui/states.tsx';
import { VerdictBar } from '../ui/verdict-bar.tsx';
import { Warnings } from '../ui/warnings.tsx';

export function CheckPage() {
  const all = useStore(checks);
  const selectedId = useStore(selectedCheck);
  const status = useLoad('status', getStatus);
  const missing = useStore(leftOut);
  // In the place of a picture that was left out, no other's verdict is shown.
  const selected = all.find(({ id }) => id === selectedId) ?? (missing > 0 ? undefined : all[0]);
  // Whoever chooses pictures at the page's end sees their verdict at its top.
  const [round, setRound] = useState(0);
  const isThere = selected?.state === 'done' || selected?.state === 'failed';
  useVerdictInSight(round === 0 ? undefined : round, isThere);
  const unchecked = all.filter(isUnchecked);
  const start = (sources: readonly (File | string)[]) => {
    startChecks(sources);
    setRound((count) => count + 1);
  };
  return (
    <Page title={texts.checking.title} isCompact={all.length > 0} lead={texts.checking.lead}>
      {all.length === 0 && <CheckTabs />}
      {missing > 0 && <LeftOut count={missing} />}
      <HitElsewhere all={all} selected={selected} />
      {selected && <Unchecked all={all} unchecked={unchecked} selected={selected} />}
      {selected && (
        <SelectedCheck
          key={selected.id}
          check={selected}
          status={status.data}
          isLast={unchecked.length === 0 && missing === 0}
        />
      )}
      {all.length > 1 && <Strip all={all} selected={selected} />}
      {status.data?.counts.entries === 0 && <NobodyListed />}
      <PictureInput
        isMain
        compact={all.length > 0}
        hint={texts.checking.hint}
        onFiles={start}
        onUrl={(url) => start([url])}
      />
      {/* The verdict is the first thing on the page. */}
      {all.length > 0 && <CheckTabs />}
    </Page>
  );
}

/** Tells that no check can match, and leads those who may to the first listing, until somebody is listed. */
function NobodyListed() {
  const { data: status } = useLoad('status', getStatus, ['entry']);
  if (status === undefined || status.counts.entries > 0) return null;
  return (
    <Notice kind="info">
      {texts.checking.nobodyListed}{' '}
      <ForRole least="editor">
        <a href={paths.addPerson}>{texts.checking.addFirst}</a>
      </ForRole>
    </Notice>
  );
}

/** Shows the pictures that are checked, in a row, with what is known of each. */
function Strip({ all, selected }: { all: readonly Check[]; selected: Check | undefined }) {
  const judged = all.map((check): JudgedCheck => ({ check, verdict: verdictOf(check) }));
  // The gravest come first, and otherwise the order in which they were chosen stays.
  const sorted = judged.toSorted((one, other) => order(one.verdict.kind) - order(other.verdict.kind));
  return (
    <section aria-label={texts.checking.pictures}>
      <Progress judged={judged} />
      <ul class="strip">
        {sorted.map(({ check, verdict }) => (
          <StripItem key={check.id} check={check} verdict={verdict} isSelected={check.id === selected?.id} />
        ))}
      </ul>
    </section>
  );
}

interface JudgedCheck {
  readonly check: Check;
  readonly verdict: CheckVerdict;
}

/** Shows how many pictures are done, and lets the rest be cancelled, tried again or cleared. */
function Progress({ judged }: { judged: readonly JudgedCheck[] }) {
  const inState = (state: Check['state']) =>
    judged.map(({ check }) => check).filter((check) => check.state === state);
  const countOf = (kind: Tone) => judged.filter(({ verdict }) => verdict.kind === kind).length;
  const [matching, possible] = [countOf('match'), countOf('possible')];
  const waiting = inState('waiting').length;
  const done = inState('done').length;
  return (
    <div class="progress-line">
      <progress max={judged.length} value={done} aria-label={texts.checking.picturesChecked} />
      <span>
        {texts.checking.progress(done, judged.length)}
        {matching > 0 && ` · ${texts.checking.withMatch(matching)}`}
        {possible > 0 && ` · ${texts.checking.withPossible(possible)}`}
      </span>
      {waiting > 0 && (
        <button type="button" class="button quiet" onClick={cancelWaiting}>
          {texts.checking.cancelPictures(waiting)}
        </button>
      )}
      <TryAgain pictures={judged.map(({ check }) => check)} className="button quiet" />
      <button type="button" class="button quiet" onClick={clearChecks}>
        {texts.checking.clearAll}
      </button>
    </div>
  );
}

function StripItem({ check, verdict, isSelected }: JudgedCheck & { isSelected: boolean }) {
  const { id, picture, state, name } = check;
  return (
    <li>
      <button
        type="button"
        class={`strip-item ${verdict.kind}`}
        aria-current={isSelected}
        onClick={() => selectedCheck.set(id)}
      >
        <span class={`picture ${picture || state === 'failed' ? '' : 'skeleton'}`}>
          {picture && <img src={picture.url} alt="" />}
        </span>
        <span class="strip-name" dir="auto">
          {name}
        </span>
        <span class="strip-verdict" dir="auto">
          {verdict.text}
        </span>
      </button>
    </li>
  );
}

const gravity = ['match', 'possible', 'cannot-tell', 'failed', 'clear', 'waiting'] as const;
const order = (kind: (typeof gravity)[number]) => gravity.indexOf(kind);

interface CheckVerdict {
  readonly kind: Tone | 'waiting' | 'failed';
  readonly text: string;
}

function verdictOf({ state, result, isAskedAgain }: Check): CheckVerdict {
  const isComing = state === 'waiting' || state === 'checking';
  if (isComing && isAskedAgain) return { kind: 'waiting', text: texts.checking.askedAgain };
  if (state === 'waiting') return { kind: 'waiting', text: texts.checking.waiting };
  if (state === 'checking') return { kind: 'waiting', text: texts.checking.checkingNow };
  if (state === 'failed' || result === undefined) return { kind: 'failed', text: texts.checking.failed };
  const { tone, text } = headlineOf(result);
  if (result.faces.length === 0) return { kind: tone, text: texts.checking.noFace };
  const open = hitsOf(judgePicture(result)).filter(({ comparison }) => isStanding(comparison));
  return { kind: tone, text: open.length > 1 ? `${open.length}: ${text}` : text };
}

function comingText({ state, isAskedAgain }: Check): string {
  const { askedAgain, waitingNow, checkingNow } = texts.checking;
  if (isAskedAgain) return askedAgain;
  return state === 'waiting' ? waitingNow : checkingNow;
}

function failedHeadline({ text: detail, ...origin }: Message): BarHeadline {
  return { tone: 'cannot-tell', text: texts.checking.notChecked, detail, ...origin };
}

interface SelectedCheckProps {
  readonly check: Check;
  readonly status: Status | undefined;
  /** False while others are not checked. Then nothing on the page is shown as all clear. */
  readonly isLast: boolean;
}

function SelectedCheck({ check, status, isLast }: SelectedCheckProps) {
  const { id, name, state, sent, picture, result, error, note, isErased } = check;
  const headline = result && headlineOf(result);
  return (
    <article class="check" aria-label={name} aria-busy={state === 'waiting' || state === 'checking'}>
      {state === 'failed' && error ? (
        <div role="alert">
          <VerdictBar headline={failedHeadline(error)} />
        </div>
      ) : (
        <Results
          result={result}
          {...(headline?.tone === 'clear' && !isLast && { headline: { ...headline, tone: 'cannot-tell' } })}
          comingText={comingText(check)}
          sent={sent}
          picture={picture}
          alt={name}
          status={status}
          onReviewed={(reviewed) => noteReviews(id, reviewed)}
        />
      )}
      {isErased && <Notice kind="warning">{texts.checking.erasedSince}</Notice>}
      {note && <Notice kind="info">{note}</Notice>}
      <Warnings warnings={result?.warnings} />
      <CheckHead check={check} />
    </article>
  );
}

/** Names the picture, and offers what can be done with its check. */
function CheckHead({ check }: { check: Check }) {
  const { id, name, result } = check;
  return (
    <div class="check-head">
      <div>
        <h2 dir="auto">{name}</h2>
        {result?.processing_timestamp && <p class="hint">{timeOf(result.processing_timestamp)}</p>}
      </div>
      <div class="actions">
        {result?.db_id != null && (
          <a class="button quiet" href={paths.processed(result.db_id)}>
            {texts.checking.inTheHistory}
          </a>
        )}
        {isRetryable(check) && (
          <button type="button" class="button" onClick={() => retryCheck(check)}>
            {texts.checking.checkAgain}
          </button>
        )}
        <button type="button" class="button quiet" onClick={() => removeCheck(id)}>
          {texts.checking.remove}
        </button>
      </div>
    </div>
  );
}
