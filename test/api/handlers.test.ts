import { apiSuite } from '../suites/api.ts';
import { connectToHandlers } from './connections.ts';

apiSuite('the handlers alone', connectToHandlers, { hasGateway: false, sharesFiles: true });
