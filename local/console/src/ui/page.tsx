import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { forgetSpoken } from '../notices.ts';
import { comeBack } from '../return.ts';
import { texts } from '../texts.ts';

const product = 'Face Blacklist';

/** False once a page was shown. The heading of each later one takes the focus. */
let isFirst = true;

export interface PageProps {
  /** Undefined while it is not known yet. */
  readonly title: string | undefined;
  readonly back?: { readonly href: string; readonly label: string };
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** True to give the room to the content: on a phone the heading is then only read aloud. */
  readonly isCompact?: boolean;
  readonly children: ComponentChildren;
}

/**
 * Shows a page with its heading, which is focused when the page is come to, so that a reader begins there.
 */
export function Page({ title, back, lead, actions, isCompact = false, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    forgetSpoken();
    if (!isFirst && !comeBack()) {
      heading.current?.focus({ preventScroll: true });
      scrollTo({ top: 0 });
    }
    isFirst = false;
  }, []);
  useEffect(() => {
    document.title = title === undefined ? product : `${title} · ${product}`;
  }, [title]);
  return (
    <main class={`page ${isCompact ? 'compact' : ''}`} id="main">
      {back && (
        <a class="back" href={back.href}>
          {back.label}
        </a>
      )}
      <div class="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1} dir="auto">
            {title ?? <span class="skeleton text">{texts.frame.loading}</span>}
          </h1>
          {lead && <p class="lead">{lead}</p>}
        </div>
        {actions && <div class="actions">{actions}</div>}
      </div>
      {children}
    </main>
  );
}
