import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Message } from '../api/client.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { MessageText } from './message.tsx';
import { steady } from './steady.ts';

/** Message besides the page: read aloud, and some shown for a while. */

interface Toast {
  readonly id: number;
  readonly message: Message;
  readonly options: ToastOptions;
  /** Takes back what the toast tells of. */
  readonly undo?: () => void;
}

interface ToastOptions {
  /** Subject of the message, such as a camera. A later message about it takes the earlier one's place. */
  readonly about?: string;
  /** True if something has failed. */
  readonly isFailure?: boolean;
}

const spoken = new Store<Message>({ text: '' });
const toasts = new Store<readonly Toast[]>([]);
const toastMs = 6_000;
/** Time after which what was said is gone from the page, too: whoever reads it by ear would find it again. */
const spokenMs = 10_000;
let lastId = 0;
/** Page that the words are about. */
let spokenOn = '';
let silence: ReturnType<typeof setTimeout> | undefined;

/** Says it to those who hear the page. */
export function announce(said: string | Message): void {
  const message = asMessage(said);
  spokenOn = location.hash;
  clearTimeout(silence);
  silence = setTimeout(() => spoken.set({ text: '' }), spokenMs);
  // A text that is said twice must change to be said again.
  const { text } = message;
  spoken.set({ ...message, text: spoken.value.text === text ? `${text}\u00a0` : text });
}

/**
 * Takes the words away that were said on the page before. Those for the next one are said once it is gone to.
 */
export function forgetSpoken(): void {
  if (spokenOn !== location.hash) spoken.set({ text: '' });
}

function asMessage(said: string | Message): Message {
  return typeof said === 'string' ? { text: said } : said;
}

/** Says it, and shows it for some seconds. */
export function notify(said: string | Message, options: ToastOptions = {}): void {
  const id = ++lastId;
  announce(said);
  const { about } = options;
  const toast = { id, message: asMessage(said), options };
  toasts.update((shown) => [
    ...shown.filter((other) => about === undefined || other.options.about !== about),
    toast,
  ]);
  setTimeout(() => dismiss(id), toastMs);
}

/** Time in which something can be taken back. */
export const undoMs = 10_000;

/** Says it, and offers to take it back while that is possible. */
export function notifyWithUndo(text: string, undo: () => void): void {
  const id = ++lastId;
  announce(text);
  const close = () => {
    dismiss(id);
    undo();
  };
  toasts.update((shown) => [...shown, { id, message: { text }, options: {}, undo: close }]);
  setTimeout(() => dismiss(id), undoMs);
}

function dismiss(id: number): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}

export function LiveRegion() {
  return (
    <div class="visually-hidden" role="status" aria-live="polite">
      <MessageText message={useStore(spoken)} />
    </div>
  );
}

/**
 * Shows what is told besides the page, below the header. The page moves down by its height, so that it hides
 * neither a verdict nor anything that can be pressed. A press that was aimed before is ignored.
 */
export function Notices({ children }: { children: ComponentChildren }) {
  const strip = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (strip.current === null) return;
    const element = strip.current;
    const { style } = document.documentElement;
    let before = 0;
    const heights = new ResizeObserver(() => {
      const height = element.offsetHeight;
      style.setProperty('--notices', `${height}px`);
      if (height !== before) steady();
      before = height;
    });
    heights.observe(element);
    return () => heights.disconnect();
  }, []);
  return (
    <div class="notices" ref={strip}>
      {children}
    </div>
  );
}

export function Toasts() {
  const shown = useStore(toasts);
  return (
    <div class="toasts">
      {shown.map(({ id, message, options: { isFailure = false }, undo }) => (
        <div class={`toast ${isFailure ? 'failure' : ''}`} key={id}>
          <Icon name={isFailure ? 'warning' : 'tick'} />
          <span dir="auto">
            <MessageText message={message} />
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
