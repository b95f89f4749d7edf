import { useState } from 'preact/hooks';
import type { AuditLine } from '../../../../lib/contract/endpoints/list-audit.ts';
import { listAudit } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { timeOf } from '../model/words.ts';
import { auditPath, go, paths } from '../routes.ts';
import { Page } from '../ui/page.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import { TextFilter } from '../ui/text-filter.tsx';

const linesAtOnce = 50;

/** Shows who looked at or changed what. */
export function AuditPage({ query }: { query: URLSearchParams }) {
  const filter = {
    actor: query.get('actor') ?? '',
    action: query.get('action') ?? '',
    entryId: query.get('entry') ?? '',
  };
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  const { data, error, isLoading, reload } = useLoad(`audit ${auditPath(query)} ${cursor ?? ''}`, (signal) =>
    listAudit({ ...filter, limit: linesAtOnce, cursor }, signal),
  );
  const show = (part: Partial<typeof filter>) => {
    const { actor, action, entryId } = { ...filter, ...part };
    const texts = Object.entries({ actor, action, entry: entryId }).filter(([, text]) => text !== '');
    setCursors([]);
    go(auditPath(new URLSearchParams(texts)));
  };
  return (
    <Page title="Audit" lead="Who looked at or changed what. No names of listed people are kept here.">
      <ServiceTabs />
      <search class="filters" aria-label="Narrow the list">
        <TextFilter label="Actor" value={filter.actor} onChange={(actor) => show({ actor })} />
        <TextFilter label="Action" value={filter.action} onChange={(action) => show({ action })} />
        <TextFilter
          label="Number of the entry"
          value={filter.entryId}
          pattern="[0-9]*"
          onChange={(entryId) => show({ entryId: entryId.replaceAll(/\D/g, '') })}
        />
      </search>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data?.items.length === 0 && data.next === null && (
        <Empty icon="history" title="No line fits">
          <p>Lines are kept for as long as AUDIT_DAYS says.</p>
        </Empty>
      )}
      {data && data.items.length > 0 && (
        <section
          class={`table-frame ${isLoading ? 'stale' : ''}`}
          aria-label="Lines of the audit trail"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls needs the keyboard.
          tabIndex={0}
        >
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">Action</th>
                <th scope="col">About</th>
                <th scope="col">Result</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map((line) => (
                <Line key={`${line.chain} ${line.sequence}`} line={line} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <nav class="pages" aria-label="Pages">
        <button
          type="button"
          class="button"
          disabled={cursors.length === 0}
          onClick={() => setCursors((before) => before.slice(0, -1))}
        >
          Newer
        </button>
        <button
          type="button"
          class="button"
          disabled={!data || data.next === null}
          onClick={() => data?.next && setCursors((before) => [...before, data.next ?? ''])}
        >
          Older
        </button>
      </nav>
    </Page>
  );
}

function Line({ line }: { line: AuditLine }) {
  const { time, actor, role, action, entry_id, picture_id, outcome, threshold, detail } = line;
  return (
    <tr>
      <td>{timeOf(time)}</td>
      <td dir="auto">
        {actor} <span class="hint">{role}</span>
      </td>
      <td>{action}</td>
      <td>
        {entry_id !== null && <a href={paths.entry(entry_id)}>Entry {entry_id}</a>}{' '}
        {picture_id !== null && <a href={paths.processed(picture_id)}>Picture {picture_id}</a>}
        {threshold !== null && <span class="hint"> threshold {threshold}</span>}
        {detail && <span class="hint"> {detail}</span>}
      </td>
      <td>{outcome ?? 'done'}</td>
    </tr>
  );
}
