import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { coverPath, type EntrySort, listEntries } from '../api/endpoints.ts';
import { deleting } from '../deletions.ts';
import { useLoad } from '../load.ts';
import { count, dateOf } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { EntryBadges, isExpired } from '../ui/entry-badges.tsx';
import { Icon } from '../ui/icon.tsx';
import { announce } from '../ui/live.tsx';
import { Page } from '../ui/page.tsx';
import { ServicePicture } from '../ui/picture.tsx';
import { Empty, Failure } from '../ui/states.tsx';

/** Number of entries that are read at once. */
const entriesAtOnce = 48;
const typingPauseMs = 200;

const sorts: Readonly<Record<EntrySort, string>> = {
  '-added': 'Added last',
  added: 'Added first',
  name: 'Name',
  '-updated': 'Changed last',
  expires: 'Ends first',
};

/** Kept when a person is looked at, so that the way back leads to the same list. */
const search = new Store('');
const sorting = new Store<EntrySort>('-added');
const showsExpired = new Store(false);
const wantedEntries = new Store(entriesAtOnce);

export function BlacklistPage() {
  const query = useStore(search);
  const sort = useStore(sorting);
  const expired = useStore(showsExpired);
  const limit = useStore(wantedEntries);
  const hidden = useStore(deleting);
  const mayAdd = useMay('editor');
  const { data, error, isLoading, reload } = useLoad(
    `entries ${limit} ${sort} ${expired} ${query}`,
    (signal) => listEntries({ query, sort, expired, limit }, signal),
    ['entry'],
  );
  const shown = data?.items.filter(({ id }) => !hidden.has(id));
  useEffect(() => {
    if (data && query !== '') announce(`${count(data.total, 'person', 'people')} found`);
  }, [data, query]);
  return (
    <Page
      title="Blacklist"
      lead={
        data && query === '' && !expired
          ? `${count(data.total, 'person', 'people')} listed`
          : 'The people whom pictures are compared with'
      }
      actions={
        mayAdd && (
          <a class="button primary" href={paths.addPerson}>
            <Icon name="plus" />
            Add person
          </a>
        )
      }
    >
      <div class="filters">
        <Search />
        <Sorting />
      </div>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && isLoading && <LoadingCards />}
      {shown?.length === 0 && !isLoading && <Nobody query={query} isExpired={expired} />}
      {data && shown && shown.length > 0 && (
        <>
          <ul class="cards" aria-busy={isLoading}>
            {shown.map((entry) => (
              <PersonCard key={entry.id} entry={entry} />
            ))}
          </ul>
          {data.total > data.items.length && (
            <More left={data.total - data.items.length} isLoading={isLoading} />
          )}
        </>
      )}
    </Page>
  );
}

/** Reads more entries once the list's end comes near, or the button is pressed. */
function More({ left, isLoading }: { left: number; isLoading: boolean }) {
  const end = useRef<HTMLDivElement>(null);
  // The whole list is read again each time, so the steps grow with it.
  const more = () =>
    wantedEntries.update((wanted) => wanted + Math.max(entriesAtOnce, Math.floor(wanted / 2)));
  useEffect(() => {
    if (end.current === null || isLoading) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), {
      rootMargin: '600px',
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [left, isLoading]);
  return (
    <div class="more" ref={end}>
      <button type="button" class="button" disabled={isLoading} onClick={more}>
        Show more of {left.toLocaleString('en')}
      </button>
    </div>
  );
}

function Sorting() {
  const id = useId();
  return (
    <>
      <div class="field">
        <label for={id}>Sort by</label>
        <select
          id={id}
          value={useStore(sorting)}
          onChange={({ currentTarget }) => sorting.set(currentTarget.value as EntrySort)}
        >
          {Object.entries(sorts).map(([sort, name]) => (
            <option key={sort} value={sort}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <label class="checkbox">
        <input
          type="checkbox"
          checked={useStore(showsExpired)}
          onChange={({ currentTarget }) => showsExpired.set(currentTarget.checked)}
        />
        <span>Expired only</span>
      </label>
    </>
  );
}

function Search() {
  const id = useId();
  const [text, setText] = useState(search.value);
  useEffect(() => {
    if (text.trim() === search.value) return;
    const timer = setTimeout(() => {
      search.set(text.trim());
      wantedEntries.set(entriesAtOnce);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <search class="search">
      <label class="visually-hidden" for={id}>
        Search names, reasons and notes
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        placeholder="Search names, reasons and notes"
        maxLength={100}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </search>
  );
}

function PersonCard({ entry }: { entry: BlacklistRecord }) {
  const { id, name, reason, added_date, image_count, suspended } = entry;
  return (
    <li class={`card ${suspended || isExpired(entry) ? 'out-of-force' : ''}`}>
      <ServicePicture path={image_count === 0 ? undefined : coverPath(id)} alt={name} />
      <div class="card-text">
        <h2>
          <a href={paths.entry(id)} dir="auto">
            {name}
          </a>
        </h2>
        <EntryBadges entry={entry} />
        <p class="card-reason" dir="auto">
          {reason ?? <span class="hint">No reason given</span>}
        </p>
        <p class="hint">
          {count(image_count, 'picture')} · {dateOf(added_date)}
        </p>
      </div>
    </li>
  );
}

function LoadingCards() {
  return (
    <div class="cards" role="status" aria-label="Loading the blacklist">
      {Array.from({ length: 8 }, (_, index) => (
        <div class="card" key={index}>
          <span class="picture skeleton" />
          <div class="card-text">
            <span class="skeleton text">Loading</span>
          </div>
        </div>
      ))}
    </div>
  );
}

function Nobody({ query, isExpired }: { query: string; isExpired: boolean }) {
  if (isExpired && query === '') {
    return (
      <Empty icon="people" title="No entry has expired">
        <p>Entries whose ban is over stand here until they are erased.</p>
      </Empty>
    );
  }
  if (query !== '') {
    return (
      <Empty icon="search" title={`Nobody fits “${query}”`}>
        <p>Any part of a name, a reason or the notes will do; accents, hyphens and capitals do not matter.</p>
      </Empty>
    );
  }
  return (
    <Empty icon="people" title="Nobody is listed yet">
      <p>
        Add a person with one or more pictures of their face. Every picture that is checked is compared with
        them.
      </p>
      <a class="button primary" href={paths.addPerson}>
        <Icon name="plus" />
        Add person
      </a>
    </Empty>
  );
}
