import type { ComponentChildren } from 'preact';
import type { Message } from '../api/client.ts';

/** Marks what the service wrote, so that a reader pronounces it as the English that it is. */
export function ByService({ children }: { children: ComponentChildren }) {
  return (
    <span lang="en" dir="auto">
      {children}
    </span>
  );
}

/** Shows a message, of this page or of the service. */
export function MessageText({ message: { text, isByService = false } }: { message: Message }) {
  return isByService ? <ByService>{text}</ByService> : text;
}
