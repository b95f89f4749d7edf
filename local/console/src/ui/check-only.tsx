import type { ComponentChildren } from 'preact';
import { useLacks } from '../api/caller.ts';
import { texts } from '../texts.ts';
import { Notice } from './states.tsx';

/** Shows ways to check somebody, unless the token's role may not do that. */
export function CheckOnly({ children }: { children: ComponentChildren }) {
  if (!useLacks('check')) return <>{children}</>;
  return <Notice kind="info">{texts.checking.roleMayNotCheck}</Notice>;
}
