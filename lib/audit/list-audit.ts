import type { AuditLines } from '../contract/endpoints/list-audit.ts';
import type { AuditLine, AuditTrail } from './port.ts';

/** Query of the contract. Times are ISO 8601. */
interface ListQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly entry_id?: number | undefined;
  readonly picture_id?: number | undefined;
}

/**
 * Returns a page of the audit trail, newest first.
 * @param mergedIds finds the entries that were merged into one; lines about them are about the same person
 * @throws RequestInvalidError for a cursor that is none.
 */
export async function listAudit(
  trail: Pick<AuditTrail, 'list'>,
  { since, until, entry_id: entryId, picture_id: pictureId, ...query }: ListQuery,
  mergedIds: (entryId: number) => Promise<number[]>,
): Promise<AuditLines> {
  const entryIds = entryId === undefined ? undefined : [entryId, ...(await mergedIds(entryId))];
  const { items, next } = await trail.list({
    ...query,
    entryIds,
    pictureId,
    since: moment(since),
    until: moment(until),
  });
  return { items: items.map(shownLine), limit: query.limit, next };
}

const moment = (text: string | undefined) => (text === undefined ? undefined : new Date(text));

/** Returns a line as clients see it. */
export function shownLine(line: AuditLine): AuditLines['items'][number] {
  const { entryId, imageId, pictureId, requestId } = line;
  return {
    chain: line.chain,
    sequence: line.sequence,
    time: line.time,
    actor: line.actor,
    role: line.role,
    action: line.action,
    entry_id: entryId,
    image_id: imageId,
    picture_id: pictureId,
    request_id: requestId,
    outcome: line.outcome,
    threshold: line.threshold,
    detail: line.detail,
    hash: line.hash,
  };
}
