import { useId, useState } from 'preact/hooks';
import { getEntry } from '../api/endpoints.ts';
import { areReversed, type HistoryQuery, showHistory } from '../history-query.ts';
import { useLoad } from '../load.ts';
import { reviewStates } from '../model/review-states.ts';
import { sourceMeant, sourceWords } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { PersonPicker } from './person-picker.tsx';
import { TextFilter } from './text-filter.tsx';

/** Outlives the page, so that whoever comes back finds the list as it was. */
const isUnfolded = new Store(false);

interface FilterProps {
  readonly query: HistoryQuery;
}

/** Narrows the history. */
export function HistoryFilters({ query, isFiltered }: FilterProps & { isFiltered: boolean }) {
  const isOpen = useStore(isUnfolded);
  const { from, to } = query;
  return (
    <search class={`filters ${isOpen ? '' : 'folded'}`} aria-label={texts.frame.narrowList}>
      <ResultFilter query={query} />
      <button
        type="button"
        class="button unfold"
        aria-expanded={isOpen}
        onClick={() => isUnfolded.set(!isOpen)}
      >
        {isOpen ? texts.history.fewerFilters : texts.history.moreFilters}
      </button>
      <DayFilter
        label={texts.history.from}
        day={from}
        max={to}
        onChange={(day) => showHistory({ from: day })}
      />
      <DayFilter label={texts.history.to} day={to} min={from} onChange={(day) => showHistory({ to: day })} />
      <TextFilter
        label={texts.history.source}
        value={sourceWords(query.source)}
        hint={texts.history.exactly}
        onChange={(words) => showHistory({ source: sourceMeant(words) })}
      />
      <TextFilter
        label={texts.history.fileOrReference}
        value={query.reference}
        hint={texts.history.exactly}
        onChange={(reference) => showHistory({ reference })}
      />
      <PersonFilter query={query} />
      {areReversed(query) && (
        <p class="field-error" role="alert">
          {texts.history.daysReversed}
        </p>
      )}
      {isFiltered && (
        <a class="button quiet" href={paths.history}>
          {texts.history.showAll}
        </a>
      )}
    </search>
  );
}

/** Filters by whether somebody matched, and by what people said of it. */
function ResultFilter({ query }: FilterProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{texts.history.result}</label>
      <select
        id={id}
        value={query.review || query.match}
        onChange={({ currentTarget: { value } }) =>
          showHistory({
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
  );
}

interface DayFilterProps {
  readonly label: string;
  /** Empty for any day. */
  readonly day: string;
  readonly min?: string;
  readonly max?: string;
  readonly onChange: (day: string) => void;
}

function DayFilter({ label, day, min = '', max = '', onChange }: DayFilterProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={day}
        min={min || undefined}
        max={max || undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </div>
  );
}

/** Shows whose matches are listed, or lets a person be picked. */
function PersonFilter({ query }: FilterProps) {
  const [isPicking, setPicking] = useState(false);
  return (
    <>
      {query.entry === undefined ? (
        <button type="button" class="button" onClick={() => setPicking(true)}>
          <Icon name="people" />
          {texts.history.person}
        </button>
      ) : (
        <PersonChip id={query.entry} onClear={() => showHistory({ entry: undefined })} />
      )}
      {isPicking && (
        <Dialog title={texts.history.matchesOfWhom} onClose={() => setPicking(false)}>
          <PersonPicker
            label={texts.frame.partOfName}
            onPick={({ id: entry }) => {
              setPicking(false);
              showHistory({ entry });
            }}
          />
        </Dialog>
      )}
    </>
  );
}

function PersonChip({ id, onClear }: { id: number; onClear: () => void }) {
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
