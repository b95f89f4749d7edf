import { useEffect, useState } from 'preact/hooks';
import type { CameraState } from '../../../../lib/contract/endpoints/cameras.ts';
import { errorMessage, isGone } from '../api/client.ts';
import { cameraFrame, listCameras, pauseCamera } from '../api/endpoints.ts';
import { timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { notify } from '../notices.ts';
import { historyPath } from '../routes.ts';
import { texts } from '../texts.ts';
import { Badge, type BadgeKind } from '../ui/badge.tsx';
import { ByService } from '../ui/message.tsx';
import { Page } from '../ui/page.tsx';
import { NoPicture } from '../ui/picture.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Empty, Failure } from '../ui/states.tsx';

/** Each look at a camera's picture is a line of the audit trail. */
const pictureMs = 5_000;

/** Shows what each camera sees and how it does, and pauses it. */
export function CamerasPage() {
  const { data, error, reload } = useLoad('cameras', listCameras);
  const round = useRounds();
  useEffect(() => {
    if (round > 0) reload();
  }, [round]);
  // A stack in AWS watches nothing, and neither does an earlier service.
  const isNone = data?.length === 0 || isGone(error);
  return (
    <Page title={texts.service.cameras} lead={texts.service.camerasLead}>
      <ServiceTabs />
      {isNone && (
        <Empty icon="camera" title={texts.service.noCamera}>
          <p>{texts.service.howToNameCameras}</p>
        </Empty>
      )}
      {error !== undefined && data === undefined && !isNone && <Failure error={error} onRetry={reload} />}
      <ul class="cameras">
        {data?.map((camera) => (
          <CameraCard key={camera.name} camera={camera} round={round} onChange={reload} />
        ))}
      </ul>
    </Page>
  );
}

/** Counts the times to look again, as long as somebody sees the page. */
function useRounds(): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setRound((count) => count + 1);
    }, pictureMs);
    return () => clearInterval(timer);
  }, []);
  return round;
}

const badgeKinds: Record<CameraState['state'], BadgeKind> = {
  online: 'clear',
  starting: 'cannot-tell',
  offline: 'warning',
  paused: 'possible',
  off: 'cannot-tell',
};

interface CameraCardProps {
  readonly camera: CameraState;
  readonly round: number;
  readonly onChange: () => void;
}

function CameraCard({ camera, round, onChange }: CameraCardProps) {
  const { name, state, since, reason, last_sighting } = camera;
  const [isSaving, setSaving] = useState(false);
  const isPaused = state === 'paused';
  const pause = async () => {
    if (isSaving) return;
    setSaving(true);
    try {
      await pauseCamera(name, !isPaused);
      const words = isPaused ? texts.service.watchesAgain(name) : texts.service.isPaused(name);
      notify(words, { about: `camera ${name}` });
      onChange();
    } catch (error) {
      notify(errorMessage(error), { about: `camera ${name}`, isFailure: true });
    }
    setSaving(false);
  };
  return (
    <li class="card camera-card">
      <CameraPicture camera={camera} round={round} />
      <div class="card-text">
        <h2 dir="auto">{name}</h2>
        <Badge kind={badgeKinds[state]}>{texts.service.cameraStates[state]}</Badge>
        <p class="hint">{texts.service.since(timeOf(since))}</p>
        {reason && (
          <p>
            <ByService>{reason}</ByService>
          </p>
        )}
        {last_sighting && (
          <a href={historyPath(new URLSearchParams({ source: name, match: 'yes' }))}>
            {texts.service.listedSeen(timeOf(last_sighting))}
          </a>
        )}
        <button type="button" class="button" aria-disabled={isSaving} onClick={() => void pause()}>
          {isPaused ? texts.service.goOn : texts.service.pause} <span class="visually-hidden">{name}</span>
        </button>
      </div>
    </li>
  );
}

/** Shows the newest picture, with a box around each face that is followed. */
function CameraPicture({
  camera: { name, state, frames, faces, width, height },
  round,
}: Pick<CameraCardProps, 'camera' | 'round'>) {
  const [url, setUrl] = useState<string>();
  // The service gives a frame once it has looked for faces in it, which takes a while for the first.
  const sees = state === 'online' && frames.looked + frames.idle > 0;
  useEffect(() => {
    if (!sees) return;
    const abort = new AbortController();
    cameraFrame(name, abort.signal).then(
      (blob) => !abort.signal.aborted && setUrl(URL.createObjectURL(blob)),
      () => {},
    );
    return () => abort.abort();
  }, [name, round, sees]);
  useEffect(() => () => url && URL.revokeObjectURL(url), [url]);
  const alt = texts.service.whatItSees(name);
  if (!sees || url === undefined) return <NoPicture alt={alt} class="camera-picture" />;
  const share = (pixels: number, all: number | null) => `${(100 * pixels) / (all ?? pixels)}%`;
  return (
    <span class="picture camera-picture">
      <img src={url} alt={alt} />
      {faces.map(({ id, box: { x, y, w, h } }) => (
        <span
          key={id}
          class="camera-face"
          style={{
            left: share(x, width),
            top: share(y, height),
            width: share(w, width),
            height: share(h, height),
          }}
        />
      ))}
    </span>
  );
}
