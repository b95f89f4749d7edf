import type { ComponentChildren } from 'preact';
import type { Role } from '../../../../lib/contract/role.ts';
import { useLacks, useMay } from '../api/caller.ts';

interface ForRoleProps {
  /** Least role that may use it. */
  readonly least: Role;
  readonly children: ComponentChildren;
}

/** Shows what a role may use. Its place is kept until the caller is known, so that nothing moves then. */
export function ForRole({ least, children }: ForRoleProps) {
  const may = useMay(least);
  if (useLacks(least)) return null;
  return <div class={`for-role ${may ? '' : 'unknown'}`}>{children}</div>;
}
