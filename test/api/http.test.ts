import { deepface, filesOnDisk } from '../suites/api/traits.ts';
import { apiSuite } from '../suites/api.ts';
import { connectOverHttp } from './connections.ts';
import { startServerProcess, temporaryFolder } from './server-process.ts';

apiSuite(
  'a started server',
  async () => {
    const folder = await temporaryFolder();
    const server = await startServerProcess(folder.path, { LOG_LEVEL: 'info' });
    return {
      ...connectOverHttp(server.url),
      async close() {
        await server[Symbol.asyncDispose]();
        await folder.remove();
      },
    };
  },
  { files: filesOnDisk, backend: deepface },
);

/** Address of a service that already runs, such as a container, if the environment names one. */
const { API_URL: url, API_TOKEN: token } = process.env;
if (url) {
  apiSuite(url, async () => ({ ...connectOverHttp(url, token), isLasting: true }), { backend: deepface });
}
