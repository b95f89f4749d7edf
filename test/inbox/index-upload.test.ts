import { parseConfig } from '../../lib/config.ts';
import { ports } from '../../lib/wiring/open.ts';
import { indexingSuite } from '../suites/indexing.ts';
import { openedFolder } from './data-folder.ts';

indexingSuite('deepface', async () => {
  const place = await openedFolder();
  const opened = await ports(parseConfig({ DATA_DIR: place.path, ENGINE_WORKERS: '1' }));
  const close = async () => {
    await opened.close();
    await place.remove();
  };
  return { opened, place, close };
});
