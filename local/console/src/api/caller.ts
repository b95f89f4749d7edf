import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { includesRole, type Role } from '../../../../lib/contract/role.ts';
import { Store, useStore } from '../store.ts';

/** Whoever uses the page, as the service knows them; undefined until it was asked. */
export const caller = new Store<Status['caller'] | undefined>(undefined);
/** True for an earlier service, which does not tell who asks, and refuses by itself. */
const isCallerUnknown = new Store(false);

/** Number of requests that were refused for lack of rights: the role may be another than it was. */
export const refusals = new Store(0);

/** False for a service in AWS Lambda, which can't send events as they happen. */
export const sendsEvents = new Store(true);

/** Takes over who asks, and of what, from a status. One of an earlier service has no caller. */
export function noteCaller(status: Partial<Pick<Status, 'caller' | 'started_at'>>): void {
  sendsEvents.set(status.started_at !== null);
  isCallerUnknown.set(status.caller === undefined);
  const { role, name } = status.caller ?? {};
  caller.update((known) => (known?.role === role && known?.name === name ? known : status.caller));
}

/** Returns true once it is known that the caller has not a role. */
export function useLacks(role: Role): boolean {
  useStore(caller);
  return lacks(role);
}

/** Tells the same to what is no part of a page. */
export function lacks(role: Role): boolean {
  const known = caller.value;
  return known !== undefined && !includesRole(known.role, role);
}

/** Returns true if the caller has a role. Nothing is offered before that is known. */
export function useMay(role: Role): boolean {
  const known = useStore(caller);
  const mayTry = useStore(isCallerUnknown);
  return known === undefined ? mayTry : includesRole(known.role, role);
}
