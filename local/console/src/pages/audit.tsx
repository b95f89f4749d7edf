import { Fragment } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { AuditLine } from '../../../../lib/contract/endpoints/list-audit.ts';
import { listAudit } from '../api/endpoints.ts';
import { compareWords, timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { addressQuery, auditPath, go, paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { ByService } from '../ui/message.tsx';
import { Page } from '../ui/page.tsx';
import { PageTurner } from '../ui/page-turner.tsx';
import { ServiceTabs } from '../ui/service-tabs.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import { TextFilter } from '../ui/text-filter.tsx';

const linesAtOnce = 50;

interface AuditFilter {
  readonly actor: string;
  readonly action: string;
  /** An entry's number, in digits. */
  readonly entryId: string;
}

function filterOf(query: URLSearchParams): AuditFilter {
  return {
    actor: query.get('actor') ?? '',
    action: query.get('action') ?? '',
    entryId: query.get('entry') ?? '',
  };
}

/** Shows who looked at or changed what. */
export function AuditPage({ query }: { query: URLSearchParams }) {
  const filter = filterOf(query);
  const address = auditPath(query);
  const [turned, setTurned] = useState({ address, cursors: [] as readonly string[] });
  // Another filter begins with its own newest lines.
  const cursors = turned.address === address ? turned.cursors : [];
  const turn = (to: readonly string[]) => setTurned({ address, cursors: to });
  const cursor = cursors.at(-1);
  const { data, error, isLoading, reload } = useLoad(`audit ${address} ${cursor ?? ''}`, (signal) =>
    listAudit({ ...filter, limit: linesAtOnce, cursor }, signal),
  );
  const next = data?.next ?? null;
  const show = (part: Partial<AuditFilter>) => {
    const { actor, action, entryId } = { ...filterOf(addressQuery()), ...part };
    const texts = Object.entries({ actor, action, entry: entryId }).filter(([, text]) => text !== '');
    go(auditPath(new URLSearchParams(texts)));
  };
  return (
    <Page title={texts.service.audit} lead={texts.service.auditLead}>
      <ServiceTabs />
      <Filters filter={filter} onChange={show} />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data?.items.length === 0 && next === null && (
        <Empty icon="history" title={texts.service.noLine}>
          <p>{texts.service.linesKept}</p>
        </Empty>
      )}
      {data && data.items.length > 0 && <Lines lines={data.items} isStale={isLoading} />}
      <PageTurner
        onNewer={cursors.length === 0 ? undefined : () => turn(cursors.slice(0, -1))}
        onOlder={next === null ? undefined : () => turn([...cursors, next])}
      />
    </Page>
  );
}

interface FiltersProps {
  readonly filter: AuditFilter;
  readonly onChange: (part: Partial<AuditFilter>) => void;
}

function Filters({ filter: { actor, action, entryId }, onChange }: FiltersProps) {
  const actionId = useId();
  return (
    <search class="filters" aria-label={texts.frame.narrowList}>
      <TextFilter label={texts.service.actor} value={actor} onChange={(text) => onChange({ actor: text })} />
      <div class="field">
        <label for={actionId}>{texts.service.action}</label>
        <select
          id={actionId}
          value={action}
          onChange={({ currentTarget }) => onChange({ action: currentTarget.value })}
        >
          <option value="">{texts.service.anyAction}</option>
          {sortedActions().map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <TextFilter
        label={texts.service.numberOfEntry}
        value={entryId}
        pattern="[0-9]*"
        onChange={(text) => onChange({ entryId: text.replaceAll(/\D/g, '') })}
      />
    </search>
  );
}

type Action = keyof typeof texts.service.actions;

/** Tells an action in words. A service of later may have others. */
function actionWords(action: string): string {
  return texts.service.actions[action as Action] ?? action;
}

/** Lists the actions in the order of their words. */
function sortedActions(): [action: string, words: string][] {
  return Object.entries(texts.service.actions).sort(([, one], [, other]) => compareWords(one, other));
}

function Lines({ lines, isStale }: { lines: readonly AuditLine[]; isStale: boolean }) {
  return (
    <section
      class={`table-frame ${isStale ? 'stale' : ''}`}
      aria-label={texts.service.linesOfAudit}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls needs the keyboard.
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.service.when}</th>
            <th scope="col">{texts.service.who}</th>
            <th scope="col">{texts.service.action}</th>
            <th scope="col">{texts.service.aboutWhat}</th>
            <th scope="col">{texts.service.result}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <Line key={`${line.chain} ${line.sequence}`} line={line} />
          ))}
        </tbody>
      </table>
    </section>
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
      <td>
        <span title={action}>{actionWords(action)}</span>
      </td>
      <td>
        {entry_id !== null && (
          <a href={paths.entry(entry_id)}>{texts.service.entryNumber(String(entry_id))}</a>
        )}{' '}
        {picture_id !== null && (
          <a href={paths.processed(picture_id)}>{texts.service.pictureNumber(String(picture_id))}</a>
        )}
        {threshold !== null && <span class="hint"> {texts.service.thresholdOf(String(threshold))}</span>}
        {detail && (
          <span class="hint">
            {' '}
            {detail.split('; ').map((part, index) => (
              <Fragment key={part}>
                {index > 0 && '; '}
                <Detail part={part} />
              </Fragment>
            ))}
          </span>
        )}
      </td>
      <td>{outcome === null ? texts.service.done : <ByService>{String(outcome)}</ByService>}</td>
    </tr>
  );
}

/** Tells a part of a line's detail. A face has the number that the page of its picture gives it. */
function Detail({ part }: { part: string }) {
  const [, face, verdict] = /^face (\d+): (confirmed|rejected|unsure)$/.exec(part) ?? [];
  const { reviewConfirmed: confirmed, reviewRejected: rejected, reviewUnsure: unsure } = texts.verdicts;
  const said = { confirmed, rejected, unsure }[verdict ?? ''];
  if (said === undefined) return <ByService>{part}</ByService>;
  return <>{texts.frame.withError(texts.verdicts.face(Number(face) + 1), said)}</>;
}
