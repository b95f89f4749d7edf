import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Message, wordsOf } from '../api/client.ts';
import { getStatus } from '../api/endpoints.ts';
import { deviceTimeAt } from '../clock.ts';
import {
  type CameraChoice,
  chooseCamera,
  chosenCamera,
  closeCamera,
  listCameras,
  openCamera,
} from '../door/camera.ts';
import { type DoorView, DoorWatch, nothingSeen } from '../door/watch.ts';
import { clockOf } from '../format.ts';
import { useLoad } from '../load.ts';
import type { Shown } from '../model/door-shown.ts';
import { doorHeadlineOf, hasHit } from '../model/door-verdict.ts';
import { hitsOf, judgePicture } from '../model/verdicts.ts';
import { notify } from '../notices.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { SoundSetting } from '../ui/bell.tsx';
import { hasCamera } from '../ui/camera.tsx';
import { CheckTabs } from '../ui/check-tabs.tsx';
import { Icon } from '../ui/icon.tsx';
import { useVerdictInSight } from '../ui/in-sight.ts';
import { Page } from '../ui/page.tsx';
import { Results } from '../ui/results.tsx';
import { Notice } from '../ui/states.tsx';
import { swapped } from '../ui/steady.ts';
import { VerdictBar } from '../ui/verdict-bar.tsx';

/** True from a start to a stop, also while another page is shown. Then the camera goes on with this page. */
const isStarted = new Store(false);

/** Watches a door with the camera of this device. */
export function DoorPage() {
  const isOn = useStore(isStarted);
  const start = useRef<HTMLButtonElement>(null);
  const isStopped = useRef(false);
  useEffect(() => {
    if (!isOn && isStopped.current) start.current?.focus({ preventScroll: true });
    isStopped.current = isOn;
  }, [isOn]);
  return (
    <Page title={texts.checking.door} isCompact={isOn} lead={texts.checking.doorLead}>
      {!isOn && <CheckTabs />}
      {isOn ? (
        <Door />
      ) : (
        <div class="panel door-start">
          <button
            ref={start}
            type="button"
            class="button primary"
            disabled={!hasCamera}
            onClick={() => isStarted.set(true)}
          >
            <Icon name="camera" />
            {texts.checking.startCamera}
          </button>
          {!hasCamera && <p class="hint">{texts.frame.cameraNeeds}</p>}
          <SoundSetting isAnywhere />
        </div>
      )}
    </Page>
  );
}

function Door() {
  const video = useRef<HTMLVideoElement>(null);
  const { state, cameras, inUse, change } = useCamera(video);
  const { view, watch } = useWatch(video, state === 'running');
  const stop = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    stop.current?.focus({ preventScroll: true });
    return () => {
      if (isStarted.value) notify(texts.checking.doorLeft);
    };
  }, []);
  const people = peopleIn(view.shown);
  useVerdictInSight('the start');
  useVerdictInSight(people ? `${people} ${view.news}` : undefined);
  // Other faces, or none, are now where the thumb was, or other words moved the buttons.
  useLayoutEffect(swapped, [factsIn(view.shown), view.news, view.shown?.result.db_id]);
  return (
    <div class="door">
      {state === 'refused' ? (
        <Notice kind="warning">
          {texts.frame.cameraRefused} {texts.checking.stopAndStartAgain}
        </Notice>
      ) : (
        <DoorVerdict view={view} isRunning={state === 'running'} watch={watch} />
      )}
      <div class="door-camera">
        <video ref={video} muted playsInline aria-label={texts.frame.whatCameraSees} />
        <div class="actions">
          <button ref={stop} type="button" class="button" onClick={() => isStarted.set(false)}>
            {texts.checking.stop}
          </button>
          {view.shown && (
            <button type="button" class="button" onClick={() => watch?.next()}>
              {texts.checking.nextPerson}
            </button>
          )}
          {cameras.length > 1 && <CameraSelect cameras={cameras} inUse={inUse} onChoose={change} />}
        </div>
        <SoundSetting isAnywhere />
      </div>
    </div>
  );
}

type Camera = ReturnType<typeof useCamera>;

interface CameraSelectProps extends Pick<Camera, 'cameras' | 'inUse'> {
  readonly onChoose: Camera['change'];
}

/** Lets a person choose among the device's cameras. */
function CameraSelect({ cameras, inUse, onChoose }: CameraSelectProps) {
  return (
    <label class="field">
      <span class="visually-hidden">{texts.frame.camera}</span>
      <select value={inUse} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {cameras.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Names the people whom the verdict is about; the empty text for none. */
function peopleIn(shown: Shown | undefined): string {
  if (shown === undefined) return '';
  const ids = hitsOf(judgePicture(shown.result)).map(({ comparison }) => comparison.entry.id);
  return [...new Set(ids)].sort().join();
}

/** Tells what the list says of these people, to compare it. */
function factsIn(shown: Shown | undefined): string {
  const hits = shown ? hitsOf(judgePicture(shown.result)) : [];
  return JSON.stringify(hits.map(({ comparison }) => comparison.entry));
}

type CameraState = 'asking' | 'running' | 'refused';

/** Holds the camera open. It is opened again after the device took it away, and is off while nobody looks. */
function useCamera(video: RefObject<HTMLVideoElement | null>) {
  const [state, setState] = useState<CameraState>('asking');
  const [cameras, setCameras] = useState<readonly CameraChoice[]>([]);
  const [inUse, setInUse] = useState<string>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    let stream: MediaStream | undefined;
    const again = () => !signal.aborted && setRound((count) => count + 1);
    const start = async () => {
      const opened = await openCamera();
      if (signal.aborted || video.current === null) return closeCamera(opened);
      stream = opened;
      const [track] = opened.getVideoTracks();
      track?.addEventListener('ended', again, { signal });
      video.current.srcObject = opened;
      await video.current.play();
      setInUse(track?.getSettings().deviceId ?? chosenCamera());
      setCameras(await listCameras());
      if (!signal.aborted) setState('running');
    };
    start().catch(() => !signal.aborted && setState('refused'));
    const rest = () => {
      for (const track of stream?.getTracks() ?? []) track.enabled = !document.hidden;
      if (!document.hidden) video.current?.play().catch(() => {});
    };
    document.addEventListener('visibilitychange', rest, { signal });
    const recount = async () => setCameras(await listCameras());
    navigator.mediaDevices.addEventListener('devicechange', () => void recount(), { signal });
    return () => {
      ended.abort();
      closeCamera(stream);
      if (video.current) video.current.srcObject = null;
    };
  }, [round]);
  const change = (id: string) => {
    chooseCamera(id);
    setRound((count) => count + 1);
  };
  return { state, cameras, inUse, change };
}

/** Watches the camera's picture while it runs, and keeps the screen on. */
function useWatch(video: RefObject<HTMLVideoElement | null>, isRunning: boolean) {
  const [watch, setWatch] = useState<DoorWatch>();
  const [view, setView] = useState<DoorView>(nothingSeen);
  useEffect(() => {
    if (!isRunning || video.current === null) return;
    const started = new DoorWatch(video.current);
    const unsubscribe = started.view.subscribe(() => setView(started.view.value));
    const sleep = keepAwake();
    setWatch(started);
    return () => {
      started.end();
      unsubscribe();
      sleep();
      setWatch(undefined);
    };
  }, [isRunning]);
  return { view, watch };
}

/** Keeps the screen on, where the browser can do that. Returns a function that ends it. */
function keepAwake(): () => void {
  const ended = new AbortController();
  let lock: WakeLockSentinel | undefined;
  const take = async () => {
    if (document.hidden) return;
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    if (ended.signal.aborted) void lock?.release();
  };
  void take();
  // The browser takes it back when the page is hidden.
  document.addEventListener('visibilitychange', () => void take(), { signal: ended.signal });
  return () => {
    ended.abort();
    void lock?.release();
  };
}

/** Tells what the door does while it shows nobody. */
function idleWords({ state, isDark }: DoorView): { text: string; detail: string } {
  const { ready, checkingNow, looksOnceSeen, nobodyThere, noFaceThere, serviceSlow } = texts.checking;
  if (state === 'slow') return { text: checkingNow, detail: serviceSlow };
  if (isDark) return { text: texts.checking.tooDark, detail: texts.checking.darkThere };
  if (state === 'starting') return { text: ready, detail: looksOnceSeen };
  return { text: ready, detail: state === 'waiting' ? nobodyThere : noFaceThere };
}

interface DoorVerdictProps {
  readonly view: DoorView;
  readonly isRunning: boolean;
  readonly watch: DoorWatch | undefined;
}

/** Shows the last verdict, large. */
function DoorVerdict({ view, isRunning, watch }: DoorVerdictProps) {
  const { state, shown, picture, error } = view;
  const status = useLoad('status', getStatus);
  if (shown === undefined) {
    const idle = idleWords(view);
    const running = error === undefined ? idle.text : texts.checking.notLooking;
    const text = isRunning ? running : texts.checking.starting;
    const { text: detail, ...origin }: Message = error ?? { text: idle.detail };
    return <VerdictBar headline={{ tone: 'cannot-tell', text, detail, ...origin }} />;
  }
  return (
    <div class="door-verdict">
      {hasHit(shown) ? (
        <Results
          result={shown.result}
          headline={doorHeadlineOf(shown)}
          comingText=""
          picture={picture}
          alt={texts.checking.pictureOfDoor}
          status={status.data}
          onReviewed={(reviewed) => watch?.noteReview(reviewed)}
        />
      ) : (
        <VerdictBar headline={doorHeadlineOf(shown)} />
      )}
      <p class="hint">
        {seenWords(shown)}
        {state === 'slow' && ` ${texts.checking.serviceSlow}`}
        {error !== undefined && ` ${texts.checking.notLookingNow(wordsOf(error))}`}
      </p>
    </div>
  );
}

function seenWords({ seenAt, looks, agreeing }: Shown): string {
  const { lastSeen, sameVerdict } = texts.checking;
  const looked = looks > 1 ? ` ${sameVerdict(agreeing, looks)}` : '';
  return `${lastSeen(clockOf(deviceTimeAt(seenAt)))}${looked}`;
}
