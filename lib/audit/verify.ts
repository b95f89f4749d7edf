import { anchorDetail, chainStart, hashOf, trimAction } from './chain.ts';
import type { AuditChain, AuditPlace, AuditTrail } from './port.ts';

export interface AuditVerification {
  /** Number of lines that were read. */
  readonly lines: number;
  /** One sentence for each fault; a chain is read to its first one. */
  readonly faults: readonly string[];
  readonly chains: readonly AuditChain[];
}

/** A place that was noted down earlier, outside of the store. */
export interface NotedPlace extends AuditPlace {
  readonly chain: string;
}

/**
 * Recomputes every chain: an edited, removed, added or exchanged line breaks it. Whoever rewrites a whole
 * chain is found by a place that was noted down elsewhere before.
 */
export async function verifyAudit(
  trail: AuditTrail,
  noted: readonly NotedPlace[] = [],
): Promise<AuditVerification> {
  const chains = await trail.chains();
  const faults: string[] = [];
  if (chains.length === 0) faults.push('There is no chain: it was removed.');
  let lines = 0;
  for (const chain of chains) {
    const places = noted.filter((place) => place.chain === chain.name);
    const result = await verifyChain(trail, chain, places);
    lines += result.lines;
    if (result.fault !== undefined) faults.push(`Chain ${chain.name}: ${result.fault}`);
  }
  for (const { chain } of noted) {
    if (!chains.some(({ name }) => name === chain)) faults.push(`Chain ${chain} is not there.`);
  }
  return { lines, faults, chains };
}

async function verifyChain(
  trail: AuditTrail,
  chain: AuditChain,
  noted: readonly AuditPlace[],
): Promise<{ lines: number; fault?: string }> {
  const { anchor, head } = chain;
  let before: AuditPlace = anchor;
  let lines = 0;
  // The anchor must be told by the newest line of a removal, or lines could be cut off at the beginning.
  let removal = anchorDetail(chainStart);
  for await (const line of trail.read(chain)) {
    const wanted = before.sequence + 1;
    if (line.sequence !== wanted) {
      return { lines, fault: `line ${wanted} is missing; ${line.sequence} comes next.` };
    }
    if (hashOf(before.hash, line) !== line.hash) {
      return { lines, fault: `line ${wanted} was changed, or one before it.` };
    }
    if (line.action === trimAction) removal = line.detail ?? removal;
    const other = noted.find(({ sequence }) => sequence === line.sequence);
    if (other && other.hash !== line.hash) {
      return { lines, fault: `line ${wanted} is not the one that was noted down.` };
    }
    before = line;
    lines++;
  }
  if (before.sequence !== head.sequence || before.hash !== head.hash) {
    return { lines, fault: `it ends at line ${before.sequence}, and ended at line ${head.sequence} before.` };
  }
  if (removal !== anchorDetail(anchor)) {
    return {
      lines,
      fault: `lines before ${anchor.sequence + 1} were removed without a line that tells of it.`,
    };
  }
  const lost = noted.find(({ sequence }) => sequence > head.sequence);
  return lost ? { lines, fault: `it has no line ${lost.sequence}, which was noted down.` } : { lines };
}
