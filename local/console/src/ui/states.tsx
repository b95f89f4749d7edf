import type { ComponentChildren } from 'preact';
import { errorMessage, type Message, UnreachableError } from '../api/client.ts';
import { texts } from '../texts.ts';
import { Icon, type IconName } from './icon.tsx';
import { MessageText } from './message.tsx';

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
      <h2>{error instanceof UnreachableError ? texts.frame.noConnection : texts.frame.didNotWork}</h2>
      <p>
        <MessageText message={errorMessage(error)} />
        {error instanceof UnreachableError && ` ${texts.frame.triedAgain}`}
      </p>
      <button type="button" class="button" onClick={onRetry}>
        {texts.frame.tryAgain}
      </button>
    </div>
  );
}

export type NoticeKind = 'warning' | 'match' | 'info' | 'clear';

const noticeIcons: Record<NoticeKind, IconName> = {
  warning: 'warning',
  match: 'warning',
  info: 'info',
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

/** Shows what did not work, in place; nothing without an error. */
export function ErrorNotice({ error }: { error: Message | undefined }) {
  if (error === undefined) return null;
  return (
    <div role="alert">
      <Notice kind="warning">
        <MessageText message={error} />
      </Notice>
    </div>
  );
}
