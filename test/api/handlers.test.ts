import { deepface, filesOnDisk } from '../suites/api/traits.ts';
import { apiSuite } from '../suites/api.ts';
import { connectToHandlers } from './connections.ts';

apiSuite('the handlers alone', connectToHandlers, {
  hasGateway: false,
  files: filesOnDisk,
  backend: deepface,
});
