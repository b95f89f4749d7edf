import { useId, useState } from 'preact/hooks';
import type { Erasure } from '../../../../lib/contract/endpoints/get-erasure.ts';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { messageOf } from '../api/client.ts';
import { getErasure, getStatus } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { count, timeOf } from '../model/words.ts';
import { Page } from '../ui/page.tsx';
import { Fact } from '../ui/reference-picture.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Failure, Notice } from '../ui/states.tsx';

/** Shows how long what is kept, and what an erasure has removed. */
export function PrivacyPage() {
  const { data, error, reload } = useLoad('status', getStatus);
  return (
    <Page title="Privacy" lead="How long pictures and records are kept, and what was erased">
      <ServiceTabs />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data?.settings.retention && <Retention retention={data.settings.retention} />}
      <Erasures />
    </Page>
  );
}

function Retention({ retention }: { retention: Status['settings']['retention'] }) {
  const kept = (days: number) => (days === 0 ? 'Not kept' : count(days, 'day'));
  return (
    <section class="section">
      <h2>How long it is kept</h2>
      <dl class="facts-list">
        <Fact name="Pictures without a match" value={kept(retention.unmatched_days)} />
        <Fact name="Pictures with a match" value={kept(retention.matched_days)} />
        <Fact name="Rejected files" value={kept(retention.rejected_days)} />
        <Fact name="Entries after they expired" value={kept(retention.expired_days)} />
        <Fact name="Lines of the audit trail" value={kept(retention.audit_days)} />
        <Fact
          name="Metadata of pictures, such as places"
          value={retention.strip_metadata ? 'Is removed' : 'Is kept'}
        />
      </dl>
    </section>
  );
}

function Erasures() {
  const id = useId();
  const [erasure, setErasure] = useState<Erasure>();
  const [error, setError] = useState<string>();
  const look = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setErasure(undefined);
    setError(undefined);
    try {
      setErasure(await getErasure(Number(form.get('entry'))));
    } catch (failure) {
      setError(messageOf(failure));
    }
  };
  return (
    <section class="section">
      <h2>What an erasure has removed</h2>
      <form class="filters" onSubmit={look}>
        <div class="field">
          <label for={id}>Number of the deleted entry</label>
          <input id={id} name="entry" type="number" min={1} required />
        </div>
        <button type="submit" class="button">
          Look up
        </button>
      </form>
      {error !== undefined && (
        <div role="alert">
          <Notice kind="warning">{error}</Notice>
        </div>
      )}
      {erasure && <Report erasure={erasure} />}
    </section>
  );
}

function Report({ erasure: { started_at, finished_at, removed, remaining } }: { erasure: Erasure }) {
  return (
    <div role="status">
      <dl class="facts-list">
        <Fact name="Started" value={timeOf(started_at)} />
        <Fact name="Finished" value={finished_at === null ? 'It still goes on' : timeOf(finished_at)} />
        {removed.map(({ place, count: number }) => (
          <Fact key={place} name={`Removed: ${place.replaceAll('_', ' ')}`} value={String(number)} />
        ))}
        {remaining.map(({ place, until, note }) => (
          <Fact
            key={place}
            name={`May remain: ${place.replaceAll('_', ' ')}`}
            value={until === null ? note : `${note} Until ${timeOf(until)}.`}
            isLong
          />
        ))}
      </dl>
    </div>
  );
}
