import { userInfo } from 'node:os';

/**
 * Returns this process's user in an administrator's terms, such as `user node (uid 1000)`. In a container,
 * the user may have only a number.
 */
export function userName(): string {
  const uid = process.geteuid?.();
  try {
    return `user ${userInfo().username}${uid === undefined ? '' : ` (uid ${uid})`}`;
  } catch {
    return uid === undefined ? 'this user' : `user ${uid}`;
  }
}
