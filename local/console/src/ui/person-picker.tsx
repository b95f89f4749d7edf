import { useEffect, useId, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { listEntries } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { texts } from '../texts.ts';
import { Cover } from './cover.tsx';
import { ForceBadge } from './entry-badges.tsx';
import { Failure } from './states.tsx';

const shownPeople = 6;
const typingPauseMs = 200;

export interface PersonPickerProps {
  readonly label: string;
  /** Id of an entry that can't be picked. */
  readonly without?: number;
  readonly onPick: (entry: BlacklistRecord) => void;
}

/** Lets a person find a listed person by a part of the name, and pick one by face and name. */
export function PersonPicker({ label, without, onPick }: PersonPickerProps) {
  const id = useId();
  const [text, setText] = useState('');
  const [query, setQuery] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, reload } = useLoad(`picker ${query}`, (signal) =>
    listEntries({ query, sort: query === '' ? '-added' : 'name', limit: shownPeople + 1 }, signal),
  );
  const found = data?.items.filter((entry) => entry.id !== without).slice(0, shownPeople);
  return (
    <div class="picker">
      <div class="field">
        <label for={id}>{label}</label>
        <input
          id={id}
          type="search"
          dir="auto"
          maxLength={100}
          autocomplete="off"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </div>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {found?.length === 0 && <p class="hint">{texts.frame.nobodyFits}</p>}
      <ul class="picks">
        {found?.map((entry) => (
          <li key={entry.id}>
            <button type="button" class="button pick" onClick={() => onPick(entry)}>
              <Cover entry={entry} alt="" />
              <span dir="auto">{entry.name}</span>
              <span class="hint">{texts.frame.numberOf(String(entry.id))}</span>
              <ForceBadge entry={entry} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
