import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { errorMessage } from '../api/client.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { ErrorNotice } from './states.tsx';

export interface DialogProps {
  readonly title: string;
  /** Asked for by Escape, by the button, or by a click beside it; undefined: it must be answered. */
  readonly onClose: (() => void) | undefined;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

/** Shows a modal dialog of the browser's own: it holds the focus, and gives it back to what had it before. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const pressesBeside = usePressesBeside(dialog, onClose);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    // Escape is the browser's, by `cancel`.
    <dialog
      ref={dialog}
      class={wide ? 'wide' : ''}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClose={() => {
        // Chromium closes it without a question if Escape is pressed again and again.
        dialog.current?.showModal();
        onClose?.();
      }}
      {...pressesBeside}
    >
      <div class="dialog-body">
        <div class="dialog-head">
          <h2 id={titleId} dir="auto">
            {title}
          </h2>
          {onClose && (
            <button type="button" class="button quiet icon-only" onClick={onClose}>
              <Icon name="close" />
              <span class="visually-hidden">{texts.frame.close}</span>
            </button>
          )}
        </div>
        {children}
      </div>
    </dialog>
  );
}

/** Listens for a press that begins and ends beside what the dialog shows. */
function usePressesBeside(dialog: RefObject<HTMLDialogElement | null>, onPress: (() => void) | undefined) {
  /** False while the last press began or ended inside, such as one that chooses text. */
  const isBeside = useRef(false);
  return {
    onPointerDown: ({ target }: Event) => {
      isBeside.current = target === dialog.current;
    },
    onPointerUp: ({ target }: Event) => {
      if (target !== dialog.current) isBeside.current = false;
    },
    onClick: ({ target }: Event) => {
      if (target === dialog.current && isBeside.current) onPress?.();
    },
  };
}

export interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Label of the button, which names what it deletes. */
  readonly action: string;
  /** False while it is not known yet what there is to confirm. */
  readonly isReady?: boolean;
  /** Closes the dialog once it is done. If it does not, the person may confirm again. */
  readonly run: () => Promise<void>;
  readonly onClose: () => void;
}

/** Asks before something is destroyed. It stays open, with the reason, when that fails. */
export function Confirm({ title, children, action, isReady = true, run, onClose }: ConfirmProps) {
  const [isRunning, setRunning] = useState(false);
  const [error, setError] = useState<unknown>();
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  const confirm = async () => {
    if (isRunning) return;
    setRunning(true);
    setError(undefined);
    try {
      await run();
    } catch (failure) {
      setError(failure);
    }
    setRunning(false);
  };
  return (
    <Dialog title={title} onClose={isRunning ? () => {} : onClose}>
      {children}
      <ErrorNotice error={error === undefined ? undefined : errorMessage(error)} />
      <div class="dialog-actions">
        <button type="button" class="button" ref={cancel} onClick={onClose} disabled={isRunning}>
          {texts.frame.cancel}
        </button>
        {/* A disabled button would lose the focus. */}
        <button
          type="button"
          class="button danger"
          onClick={confirm}
          disabled={!isReady}
          aria-disabled={isRunning}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
