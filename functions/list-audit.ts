import { listAudit } from '../lib/audit/list-audit.ts';
import { listAuditContract } from '../lib/contract/endpoints/list-audit.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { audit } from '../lib/wiring/open.ts';

/** GET /api/v1/audit */
export const handler = endpoint(listAuditContract, async ({ query }) => listAudit(await audit(), query));
