import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { dateOf } from '../format.ts';
import { isExpired, lastMomentOf } from '../model/person.ts';
import { texts } from '../texts.ts';
import { Badge, type BadgeKind } from './badge.tsx';

type Severity = NonNullable<BlacklistRecord['severity']>;

const severityKinds: Record<Severity, BadgeKind> = { info: 'neutral', warning: 'warning', danger: 'danger' };

export interface EntryBadgesProps {
  readonly entry: Pick<BlacklistRecord, 'severity' | 'category' | 'expires_at'> &
    Partial<Pick<BlacklistRecord, 'suspended'>>;
}

/** Shows in a few words what an entry means for whoever must act. */
export function EntryBadges({ entry }: EntryBadgesProps) {
  // An earlier service does not tell these.
  const { severity, category, expires_at, suspended } = entry;
  if (!severity && !category && !expires_at && !suspended) return null;
  return (
    <p class="badges">
      {severity && <Badge kind={severityKinds[severity]}>{texts.people.severities[severity]}</Badge>}
      <ForceBadge entry={entry} />
      {expires_at && !isExpired(entry) && (
        <Badge kind="neutral">{texts.people.bannedUntil(dateOf(lastMomentOf(expires_at)))}</Badge>
      )}
      {category && (
        <Badge kind="neutral">
          <span dir="auto">{category}</span>
        </Badge>
      )}
    </p>
  );
}

/** Tells that nobody matches an entry; nothing for one in force. */
export function ForceBadge({
  entry,
}: {
  entry: Pick<EntryBadgesProps['entry'], 'expires_at' | 'suspended'>;
}) {
  const { expires_at, suspended } = entry;
  return (
    <>
      {suspended && <Badge kind="neutral">{texts.people.suspendedBadge}</Badge>}
      {expires_at && isExpired(entry) && (
        <Badge kind="neutral">{texts.people.expiredBadge(dateOf(lastMomentOf(expires_at)))}</Badge>
      )}
    </>
  );
}
