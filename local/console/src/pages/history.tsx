import { useId, useState } from 'preact/hooks';
import { getEntry, listProcessed, type ProcessedFilter } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { type ReviewState, reviewStates } from '../model/review-states.ts';
import { sourceMeant, sourceWords } from '../model/words.ts';
import { go, historyPath, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
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
      title={texts.history.title}
      lead={texts.history.lead}
      actions={
        <>
          <button type="button" class="button" onClick={() => setGrid(!isGrid)}>
            {isGrid ? texts.history.showAsList : texts.history.showAsGrid}
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
    <search class={`filters ${isOpen ? '' : 'folded'}`} aria-label={texts.frame.narrowList}>
      <div class="field">
        <label for={`${id}-match`}>{texts.history.result}</label>
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
          <option value="">{texts.history.all}</option>
          <option value="open">{texts.history.toReview}</option>
          <option value="yes">{texts.history.withMatch}</option>
          <option value="no">{texts.history.withoutMatch}</option>
          <option value="confirmed">{texts.history.confirmed}</option>
          <option value="rejected">{texts.history.rejected}</option>
          <option value="unsure">{texts.history.unsure}</option>
        </select>
      </div>
      <button
        type="button"
        class="button unfold"
        aria-expanded={isOpen}
        onClick={() => isUnfolded.set(!isOpen)}
      >
        {isOpen ? texts.history.fewerFilters : texts.history.moreFilters}
      </button>
      <div class="field">
        <label for={`${id}-from`}>{texts.history.from}</label>
        <input
          id={`${id}-from`}
          type="date"
          value={query.from}
          max={query.to || undefined}
          onChange={({ currentTarget }) => show(query, { from: currentTarget.value })}
        />
      </div>
      <div class="field">
        <label for={`${id}-to`}>{texts.history.to}</label>
        <input
          id={`${id}-to`}
          type="date"
          value={query.to}
          min={query.from || undefined}
          onChange={({ currentTarget }) => show(query, { to: currentTarget.value })}
        />
      </div>
      <TextFilter
        label={texts.history.source}
        value={sourceWords(query.source)}
        onChange={(words) => show(query, { source: sourceMeant(words) })}
      />
      <TextFilter
        label={texts.history.fileOrReference}
        value={query.reference}
        onChange={(reference) => show(query, { reference })}
      />
      {query.entry === undefined ? (
        <button type="button" class="button" onClick={() => setPicking(true)}>
          <Icon name="people" />
          {texts.history.person}
        </button>
      ) : (
        <PersonFilter id={query.entry} onClear={() => show(query, { entry: undefined })} />
      )}
      {isPicking && (
        <Dialog title={texts.history.matchesOfWhom} onClose={() => setPicking(false)}>
          <PersonPicker
            label={texts.frame.partOfName}
            onPick={({ id: entry }) => {
              setPicking(false);
              show(query, { entry });
            }}
          />
        </Dialog>
      )}
      {isFiltered && (
        <a class="button quiet" href={paths.history}>
          {texts.history.showAll}
        </a>
      )}
    </search>
  );
}

function PersonFilter({ id, onClear }: { id: number; onClear: () => void }) {
  const { data } = useLoad(`person ${id}`, (signal) => getEntry(id, signal));
  const name = data?.name ?? texts.history.personNumber(String(id));
  return (
    <div class="chip">
      <span>{texts.history.matchesOf(name)}</span>
      <button type="button" class="button quiet icon-only" onClick={onClear}>
        <Icon name="close" />
        <span class="visually-hidden">{texts.history.ofEverybody}</span>
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
      <Empty icon="history" title={texts.history.endsBefore}>
        <button type="button" class="button" onClick={() => show(query, { page: 1 })}>
          {texts.history.toNewest}
        </button>
      </Empty>
    );
  }
  if (isFiltered) {
    return (
      <Empty icon="search" title={texts.history.noneFits}>
        <p>{texts.history.chooseOther}</p>
        <a class="button" href={paths.history}>
          {texts.history.showAll}
        </a>
      </Empty>
    );
  }
  return (
    <Empty icon="history" title={texts.history.noneYet}>
      <p>{texts.history.appearHere}</p>
      <a class="button primary" href={paths.check}>
        {texts.history.checkPicture}
      </a>
    </Empty>
  );
}

function Pages({ query, total }: { query: HistoryQuery; total: number }) {
  const last = Math.max(1, Math.ceil(total / rowsPerPage));
  if (last === 1) return null;
  return (
    <nav class="pages" aria-label={texts.frame.pages}>
      <button
        type="button"
        class="button"
        disabled={query.page <= 1}
        onClick={() => show(query, { page: query.page - 1 })}
      >
        <Icon name="back" />
        {texts.frame.newer}
      </button>
      <span aria-live="polite">{texts.history.pageOf(query.page, last)}</span>
      <button
        type="button"
        class="button"
        disabled={query.page >= last}
        onClick={() => show(query, { page: query.page + 1 })}
      >
        {texts.frame.older}
        <Icon name="forward" />
      </button>
    </nav>
  );
}
