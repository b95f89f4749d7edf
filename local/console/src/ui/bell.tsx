import { useEffect, useRef } from 'preact/hooks';
import { acknowledge, alerts, watchAlerts } from '../alerts.ts';
import { useMay } from '../api/caller.ts';
import { beats, followEvents } from '../api/live-events.ts';
import { clockOf, dateOf, list, timeOf } from '../format.ts';
import { sourceWords } from '../model/words.ts';
import { countToReview, toReview } from '../open-matches.ts';
import { historyPath, paths } from '../routes.ts';
import { hasSound, setSound, waitsForPress } from '../sound.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { Isolated } from './isolated.tsx';
import { steady } from './steady.ts';

const countPauseMs = 300;
const reviewPath = historyPath(new URLSearchParams({ review: 'open' }));

/** Shows on every page how many matches wait for somebody's judgement. */
export function Bell() {
  const isAllowed = useMay('desk');
  const count = useStore(toReview);
  const unseen = useStore(alerts).length;
  const { match, near_miss, review, deletion, entry } = useStore(beats);
  // Whoever is erased is to be judged no more.
  const happened = match + near_miss + review + deletion + entry;
  /** Number of events before the alerts began, which read the first count. */
  const happenedBefore = useRef(happened);
  useEffect(() => {
    if (!isAllowed) return;
    happenedBefore.current = happened;
    const following = new AbortController();
    const endAlerts = watchAlerts();
    void followEvents(following.signal);
    return () => {
      following.abort();
      endAlerts();
      // A lesser role may not read on.
      acknowledge();
    };
  }, [isAllowed]);
  useEffect(() => {
    if (!isAllowed || happened === happenedBefore.current) return;
    const outdated = new AbortController();
    // Many events at once need one look.
    const timer = setTimeout(() => countToReview(outdated.signal).catch(() => {}), countPauseMs);
    return () => {
      clearTimeout(timer);
      outdated.abort();
    };
  }, [isAllowed, happened]);
  if (!isAllowed) return null;
  return (
    <a class={`bell ${unseen > 0 ? 'ringing' : ''}`} href={reviewPath}>
      <Icon name="bell" />
      {count !== undefined && count > 0 ? (
        <span>{texts.frame.toReview(count)}</span>
      ) : (
        <span class="visually-hidden">{texts.frame.nothingToReview}</span>
      )}
    </a>
  );
}

/** Alerts of a match that another program or person has just found. */
export function AlertBar() {
  const all = useStore(alerts);
  const isSoundOn = useStore(hasSound);
  const [shown] = all;
  if (shown === undefined) return null;
  const { pictureId, names, isDanger, source, time } = shown;
  const acknowledgeShown = () => acknowledgeOne(pictureId);
  return (
    <div class={`alert-bar ${isDanger ? 'danger' : ''}`} role="alert">
      <Icon name="warning" />
      <p>
        <strong dir="auto">
          <Isolated
            text={names.length > 0 ? texts.verdicts.match(list(names), isDanger) : texts.frame.matchUnread}
          />
        </strong>{' '}
        {source && (
          <>
            <bdi>{sourceWords(source)}</bdi>
            {' · '}
          </>
        )}
        {momentOf(time)}
        {all.length > 1 && ` · ${texts.frame.more(all.length - 1)}`}
      </p>
      <div class="actions">
        {/* The link of the next alert is another one: this press follows the address that was read. */}
        <a key={pictureId} class="button" href={paths.processed(pictureId)} onClick={acknowledgeShown}>
          {texts.frame.look}
        </a>
        {isSoundOn === undefined && (
          <button type="button" class="button sound-question" onClick={() => setSound(true)}>
            {texts.frame.withSound}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => {
            if (isSoundOn === undefined) setSound(false);
            acknowledgeShown();
          }}
        >
          {texts.frame.acknowledge}
        </button>
      </div>
    </div>
  );
}

/** Asks for a press, where alerts are to sound and the browser does not let them yet. */
export function SoundHeldBack() {
  const isWanted = useStore(hasSound) === true;
  const isHeldBack = useStore(waitsForPress);
  const isAlerted = useMay('desk');
  if (!isWanted || !isHeldBack || !isAlerted) return null;
  return (
    <p class="sound-held-back" role="status">
      {texts.frame.pressForSound}
    </p>
  );
}

/** Takes one alert back. Whoever is named next was not seen yet, and may stand under the thumb. */
function acknowledgeOne(pictureId: number): void {
  acknowledge(pictureId);
  if (alerts.value.length > 0) steady();
}

/** Tells when something was, without the day if that is today: an alert needs its room. */
function momentOf(time: string): string {
  return dateOf(time) === dateOf(new Date()) ? clockOf(Date.parse(time)) : timeOf(time);
}

/** Lets a person change the answer to the question for sound. */
export function SoundSetting({ isAnywhere = false }: { isAnywhere?: boolean }) {
  const isOn = useStore(hasSound) === true;
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={isOn}
        onChange={({ currentTarget }) => setSound(currentTarget.checked)}
      />
      <span>{isAnywhere ? texts.frame.soundAnywhere : texts.frame.soundElsewhere}</span>
    </label>
  );
}
