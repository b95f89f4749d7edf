import { useId, useState } from 'preact/hooks';
import { getEntry, listProcessed, type ProcessedFilter } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { type ReviewState, reviewStates } from '../model/review-states.ts';
import { go, historyPath, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { Dialog } from '../ui/dialog.tsx';
import { HistoryActions } from '../ui/history-actions.tsx';
import { Icon } from '../ui/icon.tsx';
import { Page } from '../ui/page.tsx';
import { PersonPicker } from '../ui/person-picker.tsx';
import { LoadingRows, ProcessedRows } from '../ui/processed-rows.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import { TextFilter } from '../ui/text-filter.tsx';

const rowsPerPage = 25;

const viewKey = 'face-blacklist.history-view';
/** True for larger pictures, side by side. It is kept on this device. */
const showsGrid = new Store(localStorage.getItem(viewKey) === 'grid');

function setGrid(isGrid: boolean): void {
  localStorage.setItem(viewKey, isGrid ? 'grid' : 'list');
  showsGrid.set(isGrid);
}

/** The filter as the page's address has it: days are those of the person who looks. */
interface HistoryQuery {
  readonly match: '' | 'yes' | 'no';
  readonly review: '' | ReviewState;
  readonly source: string;
  readonly reference: string;
  readonly entry: number | undefined;
  readonly from: string;
  readonly to: string;
  /** From 1. */
  readonly page: number;
}

function parseQuery(query: URLSearchParams): HistoryQuery {
  const match = query.get('match');
  const wholeNumber = (name: string) =>
    /^\d{1,12}$/.test(query.get(name) ?? '') ? Number(query.get(name)) : undefined;
  const day = (name: string) =>
    /^\d{4}-\d\d-\d\d$/.test(query.get(name) ?? '') ? (query.get(name) ?? '') : '';
  return {
    match: match === 'yes' || match === 'no' ? match : '',
    review: reviewStates.find((state) => state === query.get('review')) ?? '',
    source: query.get('source') ?? '',
    reference: query.get('reference') ?? '',
    entry: wholeNumber('entry'),
    from: day('from'),
    to: day('to'),
    page: Math.max(1, wholeNumber('page') ?? 1),
  };
}

function show(query: HistoryQuery, part: Partial<HistoryQuery>): void {
  const { entry, page, ...texts } = { ...query, page: 1, ...part };
  const all = { ...texts, entry: entry?.toString() ?? '', page: page > 1 ? String(page) : '' };
  go(historyPath(new URLSearchParams(Object.entries(all).filter(([, value]) => value !== ''))));
}

function filterOf({ match, review, source, reference, entry, from, to }: HistoryQuery): ProcessedFilter {
  const midnight = (day: string, daysLater: number) => {
    if (day === '') return undefined;
    const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
    const time = new Date(year, month - 1, date + daysLater);
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  };
  return {
    hasMatch: match === '' ? undefined : match === 'yes',
    review: review === '' ? undefined : review,
    source,
    reference,
    entryId: entry,
    since: midnight(from, 0),
    until: midnight(to, 1),
  };
}

export function HistoryPage({ query: parameters }: { query: URLSearchParams }) {
  const query = parseQuery(parameters);
  const offset = (query.page - 1) * rowsPerPage;
  const { data, error, isLoading, reload } = useLoad(
    `history ${historyPath(parameters)}`,
    (signal) => listProcessed(filterOf(query), { limit: rowsPerPage, offset }, signal),
    query.page === 1 ? ['match', 'near_miss', 'picture', 'review', 'deletion'] : ['review', 'deletion'],
  );
  const isGrid = useStore(showsGrid);
  const { match, review, source, reference, from, to } = query;
  const isFiltered =
    query.entry !== undefined || [match, review, source, reference, from, to].some((text) => text !== '');
  return (
    <Page
      title="History"
      lead="Every picture that was checked, newest first"
      actions={
        <>
          <button type="button" class="button" onClick={() => setGrid(!isGrid)}>
            Show as {isGrid ? 'list' : 'grid'}
          </button>
          <HistoryActions filter={filterOf(query)} isFiltered={isFiltered} />
        </>
      }
    >
      <Filters query={query} isFiltered={isFiltered} />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && error === undefined && <LoadingRows rows={8} />}
      {data && (
        <div
          class={`${isLoading ? 'stale' : ''} ${data.total_items > rowsPerPage && !isGrid ? 'one-of-many' : ''}`}
          aria-busy={isLoading}
        >
          {data.items.length === 0 ? (
            <Nothing isFiltered={isFiltered} isBeyond={data.total_items > 0} query={query} />
          ) : (
            <ProcessedRows items={data.items} isGrid={isGrid} />
          )}
          <Pages query={query} total={data.total_items} />
        </div>
      )}
    </Page>
  );
}

/** Outlives the page, so that whoever comes back finds the list as it was. */
const isUnfolded = new Store(false);

function Filters({ query, isFiltered }: { query: HistoryQuery; isFiltered: boolean }) {
  const id = useId();
  const isOpen = useStore(isUnfolded);
  const [isPicking, setPicking] = useState(false);
  return (
    <search class={`filters ${isOpen ? '' : 'folded'}`} aria-label="Narrow the list">
      <div class="field">
        <label for={`${id}-match`}>Result</label>
        <select
          id={`${id}-match`}
          value={query.review || query.match}
          onChange={({ currentTarget: { value } }) =>
            show(query, {
              match: value === 'yes' || value === 'no' ? value : '',
              review: reviewStates.find((state) => state === value) ?? '',
            })
          }
        >
          <option value="">All</option>
          <option value="open">To review</option>
          <option value="yes">With a match</option>
          <option value="no">Without a match</option>
          <option value="confirmed">Confirmed</option>
          <option value="rejected">Rejected</option>
          <option value="unsure">Unsure</option>
        </select>
      </div>
      <button
        type="button"
        class="button unfold"
        aria-expanded={isOpen}
        onClick={() => isUnfolded.set(!isOpen)}
      >
        {isOpen ? 'Fewer filters' : 'More filters'}
      </button>
      <div class="field">
        <label for={`${id}-from`}>From</label>
        <input
          id={`${id}-from`}
          type="date"
          value={query.from}
          max={query.to || undefined}
          onChange={({ currentTarget }) => show(query, { from: currentTarget.value })}
        />
      </div>
      <div class="field">
        <label for={`${id}-to`}>To</label>
        <input
          id={`${id}-to`}
          type="date"
          value={query.to}
          min={query.from || undefined}
          onChange={({ currentTarget }) => show(query, { to: currentTarget.value })}
        />
      </div>
      <TextFilter label="Source" value={query.source} onChange={(source) => show(query, { source })} />
      <TextFilter
        label="File name or reference"
        value={query.reference}
        onChange={(reference) => show(query, { reference })}
      />
      {query.entry === undefined ? (
        <button type="button" class="button" onClick={() => setPicking(true)}>
          <Icon name="people" />
          Person …
        </button>
      ) : (
        <PersonFilter id={query.entry} onClear={() => show(query, { entry: undefined })} />
      )}
      {isPicking && (
        <Dialog title="Matches of whom?" onClose={() => setPicking(false)}>
          <PersonPicker
            label="Part of the name"
            onPick={({ id: entry }) => {
              setPicking(false);
              show(query, { entry });
            }}
          />
        </Dialog>
      )}
      {isFiltered && (
        <a class="button quiet" href={paths.history}>
          Show all
        </a>
      )}
    </search>
  );
}

function PersonFilter({ id, onClear }: { id: number; onClear: () => void }) {
  const { data } = useLoad(`person ${id}`, (signal) => getEntry(id, signal));
  const name = data?.name ?? `person number ${id}`;
  return (
    <div class="chip">
      <span>Matches of {name}</span>
      <button type="button" class="button quiet icon-only" onClick={onClear}>
        <Icon name="close" />
        <span class="visually-hidden">Show matches of everybody</span>
      </button>
    </div>
  );
}

function Nothing({
  isFiltered,
  isBeyond,
  query,
}: {
  isFiltered: boolean;
  isBeyond: boolean;
  query: HistoryQuery;
}) {
  if (isBeyond) {
    return (
      <Empty icon="history" title="The list ends before this page">
        <button type="button" class="button" onClick={() => show(query, { page: 1 })}>
          To the newest
        </button>
      </Empty>
    );
  }
  if (isFiltered) {
    return (
      <Empty icon="search" title="No picture fits">
        <p>Choose other days or another result.</p>
        <a class="button" href={paths.history}>
          Show all
        </a>
      </Empty>
    );
  }
  return (
    <Empty icon="history" title="No picture was checked yet">
      <p>Pictures that are checked here, or sent by other programs, appear in this list.</p>
      <a class="button primary" href={paths.check}>
        Check a picture
      </a>
    </Empty>
  );
}

function Pages({ query, total }: { query: HistoryQuery; total: number }) {
  const last = Math.max(1, Math.ceil(total / rowsPerPage));
  if (last === 1) return null;
  return (
    <nav class="pages" aria-label="Pages">
      <button
        type="button"
        class="button"
        disabled={query.page <= 1}
        onClick={() => show(query, { page: query.page - 1 })}
      >
        <Icon name="back" />
        Newer
      </button>
      <span aria-live="polite">
        Page {query.page.toLocaleString('en')} of {last.toLocaleString('en')}
      </span>
      <button
        type="button"
        class="button"
        disabled={query.page >= last}
        onClick={() => show(query, { page: query.page + 1 })}
      >
        Older
        <Icon name="forward" />
      </button>
    </nav>
  );
}
