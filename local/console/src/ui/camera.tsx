import { useEffect, useRef, useState } from 'preact/hooks';
import { draw } from '../api/pictures.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Notice } from './states.tsx';

/** True if this page may ask for a camera. Browsers allow it over HTTPS and on this machine. */
export const hasCamera = isSecureContext && navigator.mediaDevices !== undefined;

/** Takes a picture with the camera, which is on only while the dialog is open. */
export function Camera({ onPicture, onClose }: { onPicture: (file: File) => void; onClose: () => void }) {
  const { video, state } = useCamera();
  const take = async () => {
    if (video.current === null) return;
    const { videoWidth: w, videoHeight: h } = video.current;
    const blob = await draw(video.current, { x: 0, y: 0, w, h }, 1, 'image/jpeg', 0.92);
    const time = new Date().toTimeString().slice(0, 8).replaceAll(':', '.');
    onPicture(new File([blob], `${texts.frame.camera} ${time}.jpg`, { type: 'image/jpeg' }));
    onClose();
  };
  return (
    <Dialog title={texts.frame.takePicture} onClose={onClose} wide>
      {state === 'refused' ? (
        <Notice kind="warning">{texts.frame.cameraRefused}</Notice>
      ) : (
        <video class="camera" ref={video} muted playsInline aria-label={texts.frame.whatCameraSees} />
      )}
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {texts.frame.cancel}
        </button>
        <button type="button" class="button primary" onClick={take} disabled={state !== 'running'}>
          <Icon name="camera" />
          {texts.frame.take}
        </button>
      </div>
    </Dialog>
  );
}

/** Turns the camera on while the component is shown, and shows its pictures in the `video` element. */
function useCamera() {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'asking' | 'running' | 'refused'>('asking');
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isGone = false;
    const start = async () => {
      stream = await navigator.mediaDevices.getUserMedia({
        // A phone's rear camera, which looks at who stands there.
        video: { width: { ideal: 1920 }, facingMode: { ideal: 'environment' } },
        audio: false,
      });
      if (isGone || video.current === null) return stop(stream);
      video.current.srcObject = stream;
      await video.current.play();
      setState('running');
    };
    start().catch(() => !isGone && setState('refused'));
    return () => {
      isGone = true;
      if (stream) stop(stream);
    };
  }, []);
  return { video, state };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
