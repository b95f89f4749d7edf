import { texts } from '../texts.ts';

/** The camera of the door, which stays open while the page is shown. */

const key = 'face-blacklist.camera';

export interface CameraChoice {
  readonly id: string;
  readonly name: string;
}

/** Id of the camera that a person chose on this device; undefined for its rear camera. */
export function chosenCamera(): string | undefined {
  return localStorage.getItem(key) ?? undefined;
}

export function chooseCamera(id: string): void {
  localStorage.setItem(key, id);
}

/**
 * Opens the chosen camera, or else the rear one, or else any.
 *
 * @throws DOMException if there is none, or it may not be used
 */
export async function openCamera(): Promise<MediaStream> {
  const id = chosenCamera();
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 30 } };
  if (id !== undefined) {
    try {
      const video = { ...size, deviceId: { exact: id } };
      return await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      // It was unplugged, or the browser gave it another id.
      if (!(error instanceof DOMException && error.name === 'OverconstrainedError')) throw error;
      localStorage.removeItem(key);
    }
  }
  const video = { ...size, facingMode: { ideal: 'environment' } };
  return navigator.mediaDevices.getUserMedia({ video, audio: false });
}

/** Lists the cameras. Their names are known once one of them may be used. */
export async function listCameras(): Promise<CameraChoice[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices
    .filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId !== '')
    .map(({ deviceId: id, label }, index) => ({ id, name: label || texts.frame.cameraNumber(index + 1) }));
}

export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
