import { createHash } from 'node:crypto';
import type { AuditFacts, AuditLine, AuditPlace } from './port.ts';

/** The place before a chain's first line. */
export const chainStart: AuditPlace = { sequence: 0, hash: '0'.repeat(64) };

/** The action of a line that tells where a chain begins now. */
export const trimAction = 'trimAudit';

/** Makes the lines that follow a place of a chain. */
export function linesAfter(
  place: AuditPlace,
  chain: string,
  facts: readonly AuditFacts[],
  time = new Date(),
): AuditLine[] {
  let before = place;
  return facts.map((each) => {
    const line = { ...each, chain, sequence: before.sequence + 1, time: time.toISOString() };
    before = { sequence: line.sequence, hash: hashOf(before.hash, line) };
    return { ...line, hash: before.hash };
  });
}

/**
 * Computes a line's hash: SHA-256 of the hash before it, a line break, and the line's facts as a JSON array.
 */
export function hashOf(before: string, line: Omit<AuditLine, 'hash'>): string {
  const facts = [
    line.chain,
    line.sequence,
    line.time,
    line.actor,
    line.role,
    line.action,
    line.entryId,
    line.imageId,
    line.pictureId,
    line.requestId,
    line.outcome,
    line.threshold,
    line.detail,
  ];
  return createHash('sha256')
    .update(`${before}\n${JSON.stringify(facts)}`)
    .digest('hex');
}

/** Returns the facts of what a part of this service, or a command, does by itself. */
export function serviceFacts(actor: string, action: string, detail: string | null = null): AuditFacts {
  return {
    actor,
    role: 'admin',
    action,
    entryId: null,
    imageId: null,
    pictureId: null,
    requestId: null,
    outcome: null,
    threshold: null,
    detail,
  };
}

/** Returns the facts of the line that tells of a removal of old lines. */
export function trimFacts(anchor: AuditPlace): AuditFacts {
  return serviceFacts('sweep', trimAction, anchorDetail(anchor));
}

/** Writes where a chain begins. */
export function anchorDetail({ sequence, hash }: AuditPlace): string {
  return `${sequence} ${hash}`;
}
