import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { lastMomentOf } from '../model/person.ts';
import { dateOf } from '../model/words.ts';
import { Badge, type BadgeKind } from './badge.tsx';

type Severity = NonNullable<BlacklistRecord['severity']>;

export const severityNames: Record<Severity, string> = {
  info: 'Information',
  warning: 'Warning',
  danger: 'Danger',
};
const severityKinds: Record<Severity, BadgeKind> = { info: 'neutral', warning: 'warning', danger: 'danger' };

export function isExpired({ expires_at }: Pick<BlacklistRecord, 'expires_at'>, now = Date.now()): boolean {
  return expires_at !== null && Date.parse(expires_at) <= now;
}

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
      {severity && <Badge kind={severityKinds[severity]}>{severityNames[severity]}</Badge>}
      {suspended && <Badge kind="neutral">Suspended: nobody matches</Badge>}
      {expires_at && isExpired(entry) && (
        <Badge kind="neutral">Expired: was banned until {dateOf(lastMomentOf(expires_at))}</Badge>
      )}
      {expires_at && !isExpired(entry) && (
        <Badge kind="neutral">Banned until {dateOf(lastMomentOf(expires_at))}</Badge>
      )}
      {category && (
        <Badge kind="neutral">
          <span dir="auto">{category}</span>
        </Badge>
      )}
    </p>
  );
}
