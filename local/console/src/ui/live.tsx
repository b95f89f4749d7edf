import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { dismiss, spoken, toasts } from '../notices.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';
import { MessageText } from './message.tsx';
import { steady } from './steady.ts';

/** Shows messages besides the page, and has them read aloud. */

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
