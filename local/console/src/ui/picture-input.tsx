import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { texts } from '../texts.ts';
import { Camera, hasCamera } from './camera.tsx';
import { FilesButton } from './files-button.tsx';
import { Icon } from './icon.tsx';

export interface PictureInputProps {
  readonly onFiles: (files: readonly File[]) => void;
  /** Handler of a picture's address. Without it only files can be chosen. */
  readonly onUrl?: (url: string) => void;
  readonly hint: string;
  /** Lower, for where pictures are there already. */
  readonly compact?: boolean;
  /** True if choosing pictures is the main action of the page. */
  readonly isMain?: boolean;
}

/**
 * Takes pictures however they come: chosen, dropped or pasted anywhere on the page, from the camera, or by
 * their address.
 */
export function PictureInput({ onFiles, onUrl, hint, compact = false, isMain = false }: PictureInputProps) {
  const [isCameraOpen, setCameraOpen] = useState(false);
  const isOver = useDropAndPaste(onFiles, onUrl);
  return (
    <div class={`picture-input ${isOver ? 'over' : ''} ${compact ? 'compact' : ''}`}>
      <div class="picture-input-text">
        <Icon name="image" />
        <div>
          <p>{isOver ? texts.frame.dropHere : texts.frame.dropOrPaste}</p>
          {!compact && <p class="hint">{hint}</p>}
        </div>
      </div>
      <div class="actions">
        <FilesButton
          label={texts.frame.choosePictures}
          fieldLabel={texts.frame.pictures}
          accept="image/*"
          isPrimary={isMain}
          onFiles={onFiles}
        />
        <button type="button" class="button" disabled={!hasCamera} onClick={() => setCameraOpen(true)}>
          <Icon name="camera" />
          {texts.frame.camera}
        </button>
      </div>
      {onUrl && <UrlField onUrl={onUrl} />}
      {!hasCamera && <p class="hint">{texts.frame.cameraNeeds}</p>}
      {isCameraOpen && <Camera onPicture={(file) => onFiles([file])} onClose={() => setCameraOpen(false)} />}
    </div>
  );
}

function UrlField({ onUrl }: { onUrl: (url: string) => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const [isWrong, setWrong] = useState(false);
  const send = (event: Event) => {
    event.preventDefault();
    const url = webAddress(text);
    setWrong(url === undefined);
    if (url === undefined) return;
    setText('');
    onUrl(url);
  };
  return (
    <form class="url-field" onSubmit={send} noValidate>
      <label class="visually-hidden" for={id}>
        {texts.frame.addressOfPicture}
      </label>
      <input
        id={id}
        type="url"
        dir={text === '' ? undefined : 'ltr'}
        placeholder={texts.frame.addressExample}
        value={text}
        aria-invalid={isWrong}
        aria-describedby={isWrong ? `${id}-wrong` : undefined}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit" class="button">
        <Icon name="link" />
        {texts.frame.checkAddress}
      </button>
      {isWrong && (
        <p class="field-error" id={`${id}-wrong`} role="alert">
          {texts.frame.addressStarts}
        </p>
      )}
    </form>
  );
}

function webAddress(text: string): string | undefined {
  const url = URL.parse(text.trim());
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : undefined;
}

/** Pictures that are dropped or pasted anywhere on the page. Returns whether some are held over it. */
function useDropAndPaste(
  onFiles: (files: readonly File[]) => void,
  onUrl: ((url: string) => void) | undefined,
): boolean {
  const [isOver, setOver] = useState(false);
  const takers = useRef({ onFiles, onUrl });
  takers.current = { onFiles, onUrl };
  useEffect(() => {
    const listening = new AbortController();
    const { signal } = listening;
    const take = (data: DataTransfer | null): boolean => {
      const files = [...(data?.files ?? [])];
      if (files.length > 0) takers.current.onFiles(files);
      return files.length > 0;
    };
    document.addEventListener('dragover', (event) => setOver(holdsFiles(event)), { signal });
    document.addEventListener('dragleave', (event) => event.relatedTarget === null && setOver(false), {
      signal,
    });
    document.addEventListener(
      'drop',
      ({ dataTransfer }) => {
        setOver(false);
        take(dataTransfer);
      },
      { signal },
    );
    const paste = (event: ClipboardEvent) => {
      if (document.querySelector('dialog[open]')) return;
      if (take(event.clipboardData)) return event.preventDefault();
      const isInField = event.target instanceof Element && event.target.closest('input, textarea') !== null;
      const url = webAddress(event.clipboardData?.getData('text/plain') ?? '');
      if (!isInField && url !== undefined) takers.current.onUrl?.(url);
    };
    document.addEventListener('paste', paste, { signal });
    return () => listening.abort();
  }, []);
  return isOver;
}

function holdsFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes('Files') === true;
}

// A picture that is dropped beside the mark must not replace the page.
addEventListener('dragover', (event) => holdsFiles(event) && event.preventDefault());
addEventListener('drop', (event) => holdsFiles(event) && event.preventDefault());
