/** Program for the tests: writes lines of each kind to the log. */
import { log } from '../../lib/log.ts';

log().info({ id: 'a', route: '/x', ms: 1.5, absent: undefined }, 'request');
log().warn('a message "alone"\n');
const cause = Object.assign(new TypeError('within'), { code: 'ENOENT' });
const error = Object.assign(new Error('outside', { cause }), { itself: {} as unknown });
error.itself = error;
log().error({ err: error }, 'failure');
log().error({ err: 'a text', count: 1 });
