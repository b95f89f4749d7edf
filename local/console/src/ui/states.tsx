import type { ComponentChildren } from 'preact';
import { messageOf, UnreachableError } from '../api/client.ts';
import { Icon, type IconName } from './icon.tsx';

/** Shows a message in place of a list or page that is empty, failed or loading. */

export function Empty({
  icon,
  title,
  children,
}: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}) {
  return (
    <div class="state">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Failure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div class="state" role="alert">
      <Icon name="warning" />
      <h2>{error instanceof UnreachableError ? 'No connection' : 'This did not work'}</h2>
      <p>
        {messageOf(error)}
        {error instanceof UnreachableError && ' It is tried again by itself as soon as it answers.'}
      </p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

export type NoticeKind = 'warning' | 'match' | 'info' | 'clear';

const noticeIcons: Record<NoticeKind, IconName> = {
  warning: 'warning',
  match: 'warning',
  info: 'image',
  clear: 'tick',
};

export function Notice({ kind, children }: { kind: NoticeKind; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`}>
      <Icon name={noticeIcons[kind]} />
      <div>{children}</div>
    </div>
  );
}
