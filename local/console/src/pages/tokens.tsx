import { caller } from '../api/caller.ts';
import { getStatus } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { useStore } from '../store.ts';
import { Page } from '../ui/page.tsx';
import { Fact } from '../ui/reference-picture.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Failure } from '../ui/states.tsx';

const roles = [
  ['metrics', 'Sees status and metrics alone.'],
  ['check', 'Checks and compares pictures, and sees its own results.'],
  ['desk', 'Also sees the blacklist and the history, and judges matches.'],
  ['editor', 'Also lists people and changes entries.'],
  ['admin', 'Also deletes, and sees the audit trail.'],
] as const;

const ways = {
  tokens:
    'Tokens are kept as hashes alone, so nobody can read one again. On the service’s machine, npm run token -- add NAME ROLE makes one, and npm run token -- remove NAME withdraws it at once.',
  none: 'Nobody is asked for a token. Set API_TOKENS_FILE to change that.',
  gateway:
    'API Gateway asks, before the service is reached. With Cognito, a user’s groups of these names give the role.',
} as const;

/** Tells which roles there are, who uses this page, and how tokens are made and withdrawn. */
export function TokensPage() {
  const status = useLoad('status', getStatus);
  const known = useStore(caller);
  return (
    <Page title="Tokens" lead="Who may do what">
      <ServiceTabs />
      {status.error !== undefined && status.data === undefined && (
        <Failure error={status.error} onRetry={status.reload} />
      )}
      {known && (
        <dl class="facts-list">
          <Fact name="You are" value={known.name} />
          <Fact name="Your role" value={known.role} />
        </dl>
      )}
      {status.data && <p>{ways[status.data.settings.authentication]}</p>}
      <section class="section">
        <h2>Roles, from the least on</h2>
        <dl class="facts-list">
          {roles.map(([name, text]) => (
            <Fact key={name} name={name} value={text} isLong />
          ))}
        </dl>
      </section>
    </Page>
  );
}
