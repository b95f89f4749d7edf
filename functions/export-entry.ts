import { exportEntry } from '../lib/blacklist/export-entry.ts';
import { exportEntryContract } from '../lib/contract/endpoints/export-entry.ts';
import { neededMs } from '../lib/deadline.ts';
import { apiPrefix } from '../lib/http/api-prefix.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { mayStream } from '../lib/http/streamed-answer.ts';
import { zipOf, zipResponse } from '../lib/http/zip.ts';
import { loadConfig } from '../lib/load-config.ts';
import { audit, delivery, entryPorts, images } from '../lib/wiring/open.ts';
import { webhookStatus } from '../lib/wiring/webhook-status.ts';

/** Characters of JSON in a part, so that the zip file fits an answer of Lambda as base64. */
const partCharacters = 3_000_000;
/** Seconds for which the links of a part are valid. */
const linkSeconds = 3_600;

/** GET /api/v1/blacklist/{id}/export */
export const handler = endpoint(exportEntryContract, async ({ params, query }, { event, deadline }) => {
  const isStreamed = mayStream(event);
  const hasEventBus = loadConfig().aws?.tableName !== undefined;
  const ports = {
    ...{ ...(await entryPorts()), audit: await audit() },
    ...{ receivers: () => webhookStatus(), hasEventBus },
  };
  const options = { apiPrefix: apiPrefix(event), after: query.after };
  const fileName = `entry-${params.id}${query.after === undefined ? '' : `-after-${query.after}`}.zip`;
  if (isStreamed) {
    const store = await images();
    const picture = (key: string) => store.get(key);
    const { files } = await exportEntry({ ...ports, picture }, params.id, options);
    return zipResponse(fileName, zipOf(files));
  }
  const links = await delivery();
  const picture = async (key: string) => {
    const delivered = await links.deliver(key, linkSeconds);
    return delivered && ('url' in delivered ? delivered.url : delivered.bytes);
  };
  const hasRoom = (characters: number) => characters < partCharacters && deadline.leaves(neededMs);
  const { files, next } = await exportEntry({ ...ports, picture }, params.id, { ...options, hasRoom });
  const zip = new Uint8Array(await new Response(zipOf(files)).arrayBuffer());
  const after = next();
  return zipResponse(fileName, zip, after === undefined ? {} : { 'X-Export-Next': String(after) });
});
