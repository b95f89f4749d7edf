import { listAudit } from '../lib/audit/list-audit.ts';
import { allMerged } from '../lib/blacklist/merged-entries.ts';
import { listAuditContract } from '../lib/contract/endpoints/list-audit.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { audit, records } from '../lib/wiring/open.ts';

/** GET /api/v1/audit */
export const handler = endpoint(listAuditContract, async ({ query }) => {
  const merged = async (entryId: number) => allMerged(await records(), entryId);
  return listAudit(await audit(), query, merged);
});
