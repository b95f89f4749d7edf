import type { ComponentChildren } from 'preact';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

export interface PageTurnerProps {
  /** Shows the page of newer ones; undefined where there is none. */
  readonly onNewer: (() => void) | undefined;
  readonly onOlder: (() => void) | undefined;
  /** Content between the buttons. */
  readonly children?: ComponentChildren;
}

/** Leads to the pages of a list that begins with the newest. */
export function PageTurner({ onNewer, onOlder, children }: PageTurnerProps) {
  return (
    <nav class="pages" aria-label={texts.frame.pages}>
      <button type="button" class="button" disabled={onNewer === undefined} onClick={onNewer}>
        <Icon name="back" />
        {texts.frame.newer}
      </button>
      {children}
      <button type="button" class="button" disabled={onOlder === undefined} onClick={onOlder}>
        {texts.frame.older}
        <Icon name="forward" />
      </button>
    </nav>
  );
}
