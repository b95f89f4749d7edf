import type { Told } from '../api/client.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { ToldText } from './told.tsx';

/** Message besides the page: read aloud, and some shown for a while. */

interface Toast {
  readonly id: number;
  readonly told: Told;
  /** Takes back what the toast tells of. */
  readonly undo?: () => void;
}

const spoken = new Store<Told>({ text: '' });
const toasts = new Store<readonly Toast[]>([]);
const toastMs = 6_000;
let lastId = 0;

/** Says it to those who hear the page. */
export function announce(said: string | Told): void {
  const { text, isByService = false } = toldBy(said);
  // A text that is said twice must change to be said again.
  spoken.set({ text: spoken.value.text === text ? `${text}\u00a0` : text, isByService });
}

function toldBy(said: string | Told): Told {
  return typeof said === 'string' ? { text: said } : said;
}

/** Says it, and shows it for some seconds. */
export function tell(said: string | Told): void {
  const id = ++lastId;
  announce(said);
  toasts.update((shown) => [...shown, { id, told: toldBy(said) }]);
  setTimeout(() => dismiss(id), toastMs);
}

/** Time in which something can be taken back. */
export const undoMs = 10_000;

/** Says it, and offers to take it back while that is possible. */
export function tellWithUndo(text: string, undo: () => void): void {
  const id = ++lastId;
  announce(text);
  const close = () => {
    dismiss(id);
    undo();
  };
  toasts.update((shown) => [...shown, { id, told: { text }, undo: close }]);
  setTimeout(() => dismiss(id), undoMs);
}

function dismiss(id: number): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}

export function LiveRegion() {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      <ToldText told={useStore(spoken)} />
    </div>
  );
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div class="toasts">
      {shown.map(({ id, told, undo }) => (
        <div class="toast" key={id}>
          <Icon name="tick" />
          <span dir="auto">
            <ToldText told={told} />
          </span>
          {undo && (
            <button type="button" class="button" onClick={undo}>
              {texts.frame.undo}
            </button>
          )}
          <button type="button" class="button quiet icon-only" onClick={() => dismiss(id)}>
            <Icon name="close" />
            <span class="visually-hidden">{texts.frame.dismiss}</span>
          </button>
        </div>
      ))}
    </div>
  );
}
