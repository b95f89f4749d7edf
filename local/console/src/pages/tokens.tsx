import { caller } from '../api/caller.ts';
import { getStatus } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Fact } from '../ui/fact.tsx';
import { Page } from '../ui/page.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Failure } from '../ui/states.tsx';

/** Tells which roles there are, who uses this page, and how tokens are made and withdrawn. */
export function TokensPage() {
  const status = useLoad('status', getStatus);
  const known = useStore(caller);
  return (
    <Page title={texts.service.tokens} lead={texts.service.tokensLead}>
      <ServiceTabs />
      {status.error !== undefined && status.data === undefined && (
        <Failure error={status.error} onRetry={status.reload} />
      )}
      {known && (
        <dl class="facts-list">
          <Fact name={texts.service.youAre} value={known.name} />
          <Fact name={texts.service.yourRole} value={known.role} />
        </dl>
      )}
      {status.data && <p>{texts.service.ways[status.data.settings.authentication]}</p>}
      <section class="section">
        <h2>{texts.service.rolesUpwards}</h2>
        <dl class="facts-list">
          {Object.entries(texts.service.roles).map(([name, text]) => (
            <Fact key={name} name={name} value={text} isLong />
          ))}
        </dl>
      </section>
    </Page>
  );
}
