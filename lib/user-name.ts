import { userInfo } from 'node:os';

/**
 * This process's user as an administrator knows it, such as `user node (uid 1000)`. In a container, there may
 * be a number alone.
 */
export function userName(): string {
  const uid = process.geteuid?.();
  try {
    return `user ${userInfo().username}${uid === undefined ? '' : ` (uid ${uid})`}`;
  } catch {
    return uid === undefined ? 'this user' : `user ${uid}`;
  }
}
