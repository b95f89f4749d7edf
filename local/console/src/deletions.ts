import type { BlacklistRecord } from '../../../lib/contract/shapes.ts';
import { askedAgainText, isUnanswered, untilGone } from './api/again.ts';
import { errorText, isGone } from './api/client.ts';
import { deleteEntry, imagePath } from './api/endpoints.ts';
import { forgetPictures } from './api/pictures.ts';
import { pressedNow } from './api/token.ts';
import { holdTab } from './held-tab.ts';
import { notify, notifyWithUndo, undoMs } from './notices.ts';
import { Store } from './store.ts';
import { texts } from './texts.ts';

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
  const about = `deletion ${id}`;
  let release: (() => void) | undefined;
  const tellLater = (error: unknown) => {
    release ??= holdTab();
    notify(texts.frame.withError(name, askedAgainText(error)), { about, isFailure: true });
  };
  const timer = setTimeout(() => void send(), undoMs);
  const send = async () => {
    clearTimeout(timer);
    if (!waiting.delete(id)) return;
    try {
      await untilGone(() => deleteEntry(id, { version, ...press }), tellLater);
    } catch (error) {
      if (!isGone(error)) {
        show();
        return notify(notDeletedText(name, error), { about, isFailure: true });
      }
    } finally {
      release?.();
    }
    forgetPictures(imagePath(id, ''));
    notify(texts.people.deletedNow(name), { about });
  };
  waiting.set(id, send);
  deleting.update((ids) => new Set([...ids, id]));
  notifyWithUndo(texts.people.deletedSoon(name, undoMs / 1_000), () => {
    clearTimeout(timer);
    show();
  });
}

function notDeletedText(name: string, error: unknown): string {
  if (isUnanswered(error)) return texts.frame.withError(name, texts.people.notKnown);
  return texts.people.notDeleted(name, errorText(error));
}
