import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { includesRole, type Role } from '../../../../lib/contract/role.ts';
import { Store, useStore } from '../store.ts';

/** Whoever uses the page, as the service knows them; undefined until it was asked. */
export const caller = new Store<Status['caller'] | undefined>(undefined);

/** Returns true if the caller has a role. An earlier service does not tell, and refuses by itself. */
export function useMay(role: Role): boolean {
  const known = useStore(caller);
  return known === undefined || includesRole(known.role, role);
}
