import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { type EntrySort, listEntries } from '../api/endpoints.ts';
import { deleting } from '../deletions.ts';
import { dateOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { isExpired } from '../model/person.ts';
import { announce } from '../notices.ts';
import { paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Cover } from '../ui/cover.tsx';
import { EntryBadges } from '../ui/entry-badges.tsx';
import { ForRole } from '../ui/for-role.tsx';
import { Icon } from '../ui/icon.tsx';
import { Page } from '../ui/page.tsx';
import { Empty, Failure } from '../ui/states.tsx';

/** Number of entries that are read at once. */
const entriesAtOnce = 48;
const typingPauseMs = 200;

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
    if (data && query !== '') announce(texts.people.found(data.total));
  }, [data, query]);
  return (
    <Page
      title={texts.people.title}
      lead={data && query === '' && !expired ? texts.people.listed(data.total) : texts.people.lead}
      actions={mayAdd && <Additions />}
    >
      <ForRole least="desk">
        <div class="filters">
          <Search />
          <Sorting />
        </div>
      </ForRole>
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

function Additions() {
  return (
    <>
      <a class="button" href={paths.importPeople}>
        <Icon name="upload" />
        {texts.importing.title}
      </a>
      <a class="button primary" href={paths.addPerson}>
        <Icon name="plus" />
        {texts.people.addPerson}
      </a>
    </>
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
      <button type="button" class="button" aria-disabled={isLoading} onClick={() => !isLoading && more()}>
        {texts.people.showMore(left)}
      </button>
    </div>
  );
}

function Sorting() {
  const id = useId();
  return (
    <>
      <div class="field">
        <label for={id}>{texts.people.sortBy}</label>
        <select
          id={id}
          value={useStore(sorting)}
          onChange={({ currentTarget }) => sorting.set(currentTarget.value as EntrySort)}
        >
          {Object.entries(texts.people.sorts).map(([sort, name]) => (
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
        <span>{texts.people.expiredOnly}</span>
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
        {texts.people.search}
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        dir={text === '' ? undefined : 'auto'}
        placeholder={texts.people.search}
        maxLength={100}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
    </search>
  );
}

function PersonCard({ entry }: { entry: BlacklistRecord }) {
  const { id, name, reason, added_date, image_count, suspended, last_seen } = entry;
  return (
    <li class={`card ${suspended || isExpired(entry) ? 'out-of-force' : ''}`}>
      <Cover entry={entry} alt={name} />
      <div class="card-text">
        <h2>
          <a href={paths.entry(id)} dir="auto">
            {name}
          </a>
        </h2>
        <EntryBadges entry={entry} />
        <p class="card-reason" dir="auto">
          {reason ?? <span class="hint">{texts.people.noReason}</span>}
        </p>
        <p class="hint">{texts.people.picturesSince(image_count, dateOf(added_date))}</p>
        {last_seen && <p class="hint">{texts.people.lastSeen(dateOf(last_seen))}</p>}
      </div>
    </li>
  );
}

function LoadingCards() {
  return (
    <div class="cards" role="status" aria-label={texts.people.loadingList}>
      {Array.from({ length: 8 }, (_, index) => (
        <div class="card" key={index}>
          <span class="picture skeleton" />
          <div class="card-text">
            <span class="skeleton text">{texts.frame.loading}</span>
          </div>
        </div>
      ))}
    </div>
  );
}

/** Leads to entries that fit a search among those that the box hides: the expired ones, or the others. */
function OtherFits({ query, isExpired }: { query: string; isExpired: boolean }) {
  const { data } = useLoad(`hidden ${isExpired} ${query}`, (signal) =>
    listEntries({ query, sort: 'name', expired: !isExpired, limit: 1 }, signal),
  );
  if (data === undefined || data.total === 0) return null;
  return (
    <button type="button" class="button primary" onClick={() => showsExpired.set(!isExpired)}>
      {isExpired ? texts.people.othersFit(data.total) : texts.people.expiredFit(data.total)}
    </button>
  );
}

function Nobody({ query, isExpired }: { query: string; isExpired: boolean }) {
  if (isExpired && query === '') {
    return (
      <Empty icon="people" title={texts.people.noneExpired}>
        <p>{texts.people.expiredStayHere}</p>
      </Empty>
    );
  }
  if (query !== '') {
    return (
      <Empty icon="search" title={texts.people.nobodyFits(query)}>
        <OtherFits query={query} isExpired={isExpired} />
        <p>{texts.people.anyPart}</p>
      </Empty>
    );
  }
  return (
    <Empty icon="people" title={texts.people.nobodyYet}>
      <p>{texts.people.addWithPictures}</p>
      <ForRole least="editor">
        <a class="button primary" href={paths.addPerson}>
          <Icon name="plus" />
          {texts.people.addPerson}
        </a>
      </ForRole>
    </Empty>
  );
}
