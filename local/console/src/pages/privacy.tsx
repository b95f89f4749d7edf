import { useId, useState } from 'preact/hooks';
import type { Erasure } from '../../../../lib/contract/endpoints/get-erasure.ts';
import type { Status } from '../../../../lib/contract/endpoints/status.ts';
import { errorMessage, type Message } from '../api/client.ts';
import { getErasure, getStatus } from '../api/endpoints.ts';
import { timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { texts } from '../texts.ts';
import { Fact } from '../ui/fact.tsx';
import { ByService } from '../ui/message.tsx';
import { Page } from '../ui/page.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { ErrorNotice, Failure } from '../ui/states.tsx';

/** Shows how long what is kept, and what an erasure has removed. */
export function PrivacyPage() {
  const { data, error, reload } = useLoad('status', getStatus);
  return (
    <Page title={texts.service.privacy} lead={texts.service.privacyLead}>
      <ServiceTabs />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data?.settings.retention && <Retention retention={data.settings.retention} />}
      <Erasures />
    </Page>
  );
}

function Retention({ retention }: { retention: Status['settings']['retention'] }) {
  const kept = (days: number) => (days === 0 ? texts.service.notKept : texts.service.days(days));
  return (
    <section class="section">
      <h2>{texts.service.howLong}</h2>
      <dl class="facts-list">
        <Fact name={texts.service.unmatched} value={kept(retention.unmatched_days)} />
        <Fact name={texts.service.matched} value={kept(retention.matched_days)} />
        <Fact name={texts.service.rejectedFiles} value={kept(retention.rejected_days)} />
        <Fact name={texts.service.expiredEntries} value={kept(retention.expired_days)} />
        <Fact name={texts.service.linesOfAudit} value={kept(retention.audit_days)} />
        <Fact
          name={texts.service.metadata}
          value={retention.strip_metadata ? texts.service.isRemoved : texts.service.isKept}
        />
      </dl>
    </section>
  );
}

function Erasures() {
  const id = useId();
  const [erasure, setErasure] = useState<Erasure>();
  const [error, setError] = useState<Message>();
  const look = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setErasure(undefined);
    setError(undefined);
    try {
      setErasure(await getErasure(Number(form.get('entry'))));
    } catch (failure) {
      setError(errorMessage(failure));
    }
  };
  return (
    <section class="section">
      <h2>{texts.service.whatWasErased}</h2>
      <form class="filters" onSubmit={look}>
        <div class="field">
          <label for={id}>{texts.service.numberOfDeleted}</label>
          <input id={id} name="entry" type="number" min={1} required />
        </div>
        <button type="submit" class="button">
          {texts.service.lookUp}
        </button>
      </form>
      <ErrorNotice error={error} />
      {erasure && <Report erasure={erasure} />}
    </section>
  );
}

/** Returns the name of a place. Those that are not known yet stay as the service calls them. */
function placeOf(place: string): string {
  const { places } = texts.service;
  const known: Readonly<Record<string, string>> = places;
  return known[place] ?? place.replaceAll('_', ' ');
}

function Report({ erasure: { started_at, finished_at, removed, remaining } }: { erasure: Erasure }) {
  return (
    <div role="status">
      <dl class="facts-list">
        <Fact name={texts.service.started} value={timeOf(started_at)} />
        <Fact
          name={texts.service.finished}
          value={finished_at === null ? texts.service.stillGoesOn : timeOf(finished_at)}
        />
        {removed.map(({ place, count: number }) => (
          <Fact key={place} name={texts.service.removed(placeOf(place))} value={String(number)} />
        ))}
        {remaining.map(({ place, until, note }) => (
          <Fact
            key={place}
            name={texts.service.mayRemain(placeOf(place))}
            value={
              <>
                <ByService>{note}</ByService>
                {until !== null && ` ${texts.service.until(timeOf(until))}`}
              </>
            }
            isLong
          />
        ))}
      </dl>
    </div>
  );
}
