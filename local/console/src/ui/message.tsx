import type { Message } from '../api/client.ts';
import { inPageLanguage } from '../service-words.ts';

/**
 * Shows what the service wrote in the page's language. What the page can't translate is marked, so that a
 * reader pronounces it as the English that it is.
 */
export function ByService({ children }: { children: string | null }) {
  const own = inPageLanguage(children ?? '');
  if (own !== undefined) return <span dir="auto">{own}</span>;
  return (
    <span lang="en" dir="auto">
      {children}
    </span>
  );
}

/** Shows a message, of this page or of the service. */
export function MessageText({ message: { text, isByService = false, lead } }: { message: Message }) {
  if (!isByService || text === '') return text;
  return (
    <>
      {lead && `${lead} `}
      <ByService>{text}</ByService>
    </>
  );
}
