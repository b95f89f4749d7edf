import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { askedAgainText, untilGone } from './api/again.ts';
import { errorText, RefusedError } from './api/client.ts';
import { deleteEntry, imagePath } from './api/endpoints.ts';
import { forgetPictures } from './api/pictures.ts';
import { pressedNow } from './api/token.ts';
import { Store } from './store.ts';
import { texts } from './texts.ts';
import { notify, notifyWithUndo, undoMs } from './ui/live.tsx';

/** Deletions that can still be taken back. They are sent when the time is over, or the page is left. */

/** Ids of the entries that are about to be deleted. Lists leave them out. */
export const deleting = new Store<ReadonlySet<number>>(new Set());

const waiting = new Map<number, () => Promise<void>>();

addEventListener('pagehide', () => {
  for (const send of waiting.values()) void send();
});

/**
 * Deletes an entry in some seconds, unless it is taken back. Until then the person matches, which is the
 * safer error.
 */
export function deleteLater({ id, name, version }: BlacklistRecord): void {
  const show = () => {
    waiting.delete(id);
    deleting.update((ids) => new Set([...ids].filter((other) => other !== id)));
  };
  const press = pressedNow();
  const tellLater = (error: unknown) =>
    notify(texts.frame.withError(name, askedAgainText(error)), { about: `deletion ${id}`, isFailure: true });
  const timer = setTimeout(() => void send(), undoMs);
  const send = async () => {
    clearTimeout(timer);
    if (!waiting.delete(id)) return;
    try {
      await untilGone(() => deleteEntry(id, { version, ...press }), tellLater);
      forgetPictures(imagePath(id, ''));
    } catch (error) {
      const isGone = error instanceof RefusedError && error.status === 404;
      if (!isGone) {
        show();
        notify(texts.people.notDeleted(name, errorText(error)), { isFailure: true });
      }
    }
  };
  waiting.set(id, send);
  deleting.update((ids) => new Set([...ids, id]));
  notifyWithUndo(texts.people.deletedSoon(name, undoMs / 1_000), () => {
    clearTimeout(timer);
    show();
  });
}
