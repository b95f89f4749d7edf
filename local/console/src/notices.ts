import type { Message } from './api/client.ts';
import { Store } from './store.ts';

/** Messages besides the page: read aloud, and some shown for a while. */

export interface Toast {
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

export const spoken = new Store<Message>({ text: '' });
export const toasts = new Store<readonly Toast[]>([]);
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

export function dismiss(id: number): void {
  toasts.update((shown) => shown.filter((toast) => toast.id !== id));
}
