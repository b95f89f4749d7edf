import { useEffect, useId, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { imagePath, listEntries, listImages } from '../api/endpoints.ts';
import { inTurn } from '../api/pictures.ts';
import { deleting } from '../deletions.ts';
import { useLoad } from '../load.ts';
import { count, dateOf } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { EntryBadges, isExpired } from '../ui/entry-badges.tsx';
import { Icon } from '../ui/icon.tsx';
import { announce } from '../ui/live.tsx';
import { Page } from '../ui/page.tsx';
import { NoPicture, ServicePicture, useNear } from '../ui/picture.tsx';
import { Empty, Failure } from '../ui/states.tsx';

/** Number of cards shown first, and added each time. */
const cardsAtOnce = 48;
const typingPauseMs = 200;

/** Kept when a person is looked at, so that the way back leads to the same list. */
const search = new Store('');
const shownCards = new Store(cardsAtOnce);

export function BlacklistPage() {
  const query = useStore(search);
  const shown = useStore(shownCards);
  const hidden = useStore(deleting);
  const mayAdd = useMay('editor');
  const {
    data: all,
    error,
    isLoading,
    reload,
  } = useLoad(`entries ${query}`, (signal) => listEntries(query, signal));
  const data = all?.filter(({ id }) => !hidden.has(id));
  useEffect(() => {
    if (data && query !== '') announce(`${count(data.length, 'person', 'people')} found`);
  }, [all, query]);
  return (
    <Page
      title="Blacklist"
      lead={
        data && query === ''
          ? `${count(data.length, 'person', 'people')} listed`
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
      <Search />
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data === undefined && isLoading && <LoadingCards />}
      {data?.length === 0 && !isLoading && <Nobody query={query} />}
      {data && data.length > 0 && (
        <>
          <ul class="cards" aria-busy={isLoading}>
            {data.slice(0, shown).map((entry) => (
              <PersonCard key={entry.id} entry={entry} />
            ))}
          </ul>
          {data.length > shown && (
            <div class="more">
              <button type="button" class="button" onClick={() => shownCards.set(shown + cardsAtOnce)}>
                Show {Math.min(cardsAtOnce, data.length - shown)} more of {data.length - shown}
              </button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Search() {
  const id = useId();
  const [text, setText] = useState(search.value);
  useEffect(() => {
    if (text.trim() === search.value) return;
    const timer = setTimeout(() => {
      search.set(text.trim());
      shownCards.set(cardsAtOnce);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <search class="search">
      <label class="visually-hidden" for={id}>
        Search by name
      </label>
      <Icon name="search" />
      <input
        id={id}
        type="search"
        placeholder="Search by name"
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
      <PersonPicture entry={entry} />
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

function PersonPicture({ entry }: { entry: BlacklistRecord }) {
  const { element, isNear } = useNear<HTMLDivElement>();
  return (
    <div ref={element}>{isNear ? <FirstPicture entry={entry} /> : <span class="picture skeleton" />}</div>
  );
}

/** Shows the first of a person's pictures; another is shown when that one goes. */
function FirstPicture({ entry: { id, name, image_count } }: { entry: BlacklistRecord }) {
  const { data, error } = useLoad(`images ${id} ${image_count}`, (signal) =>
    inTurn(() => listImages(id, signal)),
  );
  const [first] = data ?? [];
  if (error !== undefined || data?.length === 0) return <NoPicture alt={name} />;
  return <ServicePicture path={first && imagePath(id, first.id)} box={first?.face ?? null} alt={name} />;
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

function Nobody({ query }: { query: string }) {
  if (query !== '') {
    return (
      <Empty icon="search" title={`Nobody is called “${query}”`}>
        <p>Any part of a name will do; accents and capitals do not matter.</p>
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
