import { statusContract } from '../lib/contract/endpoints/status.ts';
import { endpoint } from '../lib/http/endpoint.ts';
import { unlikeUploadsWarning } from '../lib/inbox/unlike-uploads.ts';
import { loadConfig, loadedWarnings } from '../lib/load-config.ts';
import { maySeeUnmatched } from '../lib/service/actor.ts';
import { authenticationOf, tokensWarning } from '../lib/service/authentication.ts';
import { cameraWarnings } from '../lib/service/cameras.ts';
import { limitedStatus } from '../lib/service/limited-status.ts';
import { statusOf } from '../lib/service/status.ts';
import { inboxWarnings } from '../lib/wiring/inbox-warnings.ts';
import { stores } from '../lib/wiring/open.ts';
import { webhookStatus } from '../lib/wiring/webhook-status.ts';

/** GET /api/v1/status */
export const handler = endpoint(statusContract, async (_input, { event, actor }) => {
  const config = loadConfig();
  const webhooks = await webhookStatus(config);
  const opened = await stores();
  const [answer, inbox, unlike] = await Promise.all([
    statusOf({ ...opened, webhooks }, config, authenticationOf(config, event)),
    maySeeUnmatched(actor) ? inboxWarnings(config) : [],
    maySeeUnmatched(actor) ? unlikeUploadsWarning(opened.records) : undefined,
  ]);
  const tokens = tokensWarning();
  const found = [
    ...answer.warnings,
    ...inbox,
    ...(unlike ? [unlike] : []),
    ...cameraWarnings(),
    ...loadedWarnings(),
  ];
  const status = { ...answer, warnings: [...(tokens ? [tokens] : []), ...found] };
  return {
    ...(maySeeUnmatched(actor) ? status : limitedStatus(status, config)),
    caller: { name: actor.name, role: actor.role },
  };
});
