import { listProcessed } from '../api/endpoints.ts';
import {
  areReversed,
  filterOf,
  type HistoryQuery,
  parseHistoryQuery,
  showHistory,
} from '../history-query.ts';
import { useLoad } from '../load.ts';
import { historyPath, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { ForRole } from '../ui/for-role.tsx';
import { HistoryActions } from '../ui/history-actions.tsx';
import { HistoryFilters } from '../ui/history-filters.tsx';
import { Page } from '../ui/page.tsx';
import { PageTurner } from '../ui/page-turner.tsx';
import { LoadingRows, ProcessedRows } from '../ui/processed-rows.tsx';
import { Empty, Failure } from '../ui/states.tsx';

const rowsPerPage = 25;

const viewKey = 'face-blacklist.history-view';
/** True for larger pictures, side by side. It is kept on this device. */
const showsGrid = new Store(localStorage.getItem(viewKey) === 'grid');

function setGrid(isGrid: boolean): void {
  localStorage.setItem(viewKey, isGrid ? 'grid' : 'list');
  showsGrid.set(isGrid);
}

export function HistoryPage({ query: parameters }: { query: URLSearchParams }) {
  const query = parseHistoryQuery(parameters);
  const offset = (query.page - 1) * rowsPerPage;
  const { data, error, isLoading, reload } = useLoad(
    `history ${historyPath(parameters)}`,
    (signal) => listProcessed(filterOf(query), { limit: rowsPerPage, offset }, signal),
    query.page === 1
      ? ['match', 'near_miss', 'picture', 'review', 'deletion', 'entry']
      : ['review', 'deletion', 'entry'],
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
        <ForRole least="desk">
          <button type="button" class="button" onClick={() => setGrid(!isGrid)}>
            {isGrid ? texts.history.showAsList : texts.history.showAsGrid}
          </button>
          <HistoryActions filter={filterOf(query)} isFiltered={isFiltered} />
        </ForRole>
      }
    >
      <ForRole least="desk">
        <HistoryFilters query={query} isFiltered={isFiltered} />
      </ForRole>
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
        <button type="button" class="button" onClick={() => showHistory({ page: 1 })}>
          {texts.history.toNewest}
        </button>
      </Empty>
    );
  }
  if (isFiltered) {
    return (
      <Empty icon="search" title={texts.history.noneFits}>
        <p>{areReversed(query) ? texts.history.daysReversed : texts.history.chooseOther}</p>
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
  const { page } = query;
  const last = Math.max(1, Math.ceil(total / rowsPerPage));
  if (last === 1) return null;
  return (
    <PageTurner
      onNewer={page <= 1 ? undefined : () => showHistory({ page: page - 1 })}
      onOlder={page >= last ? undefined : () => showHistory({ page: page + 1 })}
    >
      <span aria-live="polite">{texts.history.pageOf(page, last)}</span>
    </PageTurner>
  );
}
