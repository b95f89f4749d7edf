import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { withForce } from '../import-holding.ts';
import { remarksOn } from '../import-report.ts';
import {
  type Import,
  type ImportPerson,
  type ImportPicture,
  isListedOut,
  looksLikeOf,
} from '../import-state.ts';
import { setWanted } from '../importing.ts';
import type { ImportPlan } from '../model/import-plan.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { HeldPicture } from './held-picture.tsx';
import { MessageText } from './message.tsx';

/** Rows that are shown at first; a table may have thousands. */
const rowsAtFirst = 200;

/** Shows the people of an import, with what is known of each. */
export function ImportPeople({ known }: { known: Import }) {
  const { persons } = known;
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? persons : persons.slice(0, rowsAtFirst);
  if (persons.length === 0) return null;
  return (
    <section
      class="table-frame import-people"
      aria-label={texts.importing.people}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls needs the keyboard.
      tabIndex={0}
    >
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.people.fields.name}</th>
            <th scope="col">{texts.people.fields.reason}</th>
            <th scope="col">{texts.importing.pictures}</th>
            <th scope="col">{texts.importing.remarks}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((person, index) => (
            <PersonRow key={person.name} person={person} index={index} known={known} />
          ))}
        </tbody>
      </table>
      {shown.length < persons.length && (
        <button type="button" class="button" onClick={() => setShowsAll(true)}>
          {texts.people.showMore(persons.length - shown.length)}
        </button>
      )}
    </section>
  );
}

interface PersonProps {
  readonly person: ImportPerson;
  /** Place of the person in the import. */
  readonly index: number;
  readonly known: Import;
}

function PersonRow({ person, index, known }: PersonProps) {
  const { reason, pictures, entryId, isUnsure, refusal, notice = '' } = person;
  const added = pictures.filter(({ state }) => state === 'added').length;
  const looksLike = looksLikeOf(person);
  return (
    <tr>
      <td dir="auto">
        <PersonName person={person} index={index} known={known} />
      </td>
      <td dir="auto">{reason ?? ''}</td>
      <td>
        {added > 0 ? texts.importing.addedOf(added, pictures.length) : texts.people.pictures(pictures.length)}
      </td>
      <td>
        {remarksOn(person, known.addsToListed).map((remark) => (
          <p key={remark}>{remark}</p>
        ))}
        {refusal && (
          <p>
            <MessageText message={refusal} />
          </p>
        )}
        {notice !== '' && (
          <p>
            <MessageText message={{ text: notice, isByService: true }} />
          </p>
        )}
        {looksLike.length > 0 && <p>{texts.importing.looksLike(looksLike.join(', '))}</p>}
        {isUnsure && <p>{texts.people.notAllCompared}</p>}
        {pictures.filter(hasMessages).map((picture) => (
          <PictureRemarks key={picture.key} picture={picture}>
            {picture.state === 'held' && known.state !== 'running' && (
              <HeldPicture picture={picture} index={index} entryId={entryId} person={person.name} />
            )}
          </PictureRemarks>
        ))}
      </td>
    </tr>
  );
}

/** Shows a person's name: with a box to leave them out before anything is sent, as a link once listed. */
function PersonName({ person, index, known: { state, addsToListed } }: PersonProps) {
  const { name, entryId, isUnwanted } = person;
  if (entryId !== undefined) return <a href={paths.entry(entryId)}>{name}</a>;
  if (state !== 'planned' || isListedOut(person, addsToListed)) return name;
  return (
    <label class="checkbox">
      <input
        type="checkbox"
        checked={isUnwanted !== true}
        onChange={({ currentTarget }) => setWanted(index, currentTarget.checked)}
      />
      <span dir="auto">{name}</span>
    </label>
  );
}

function PictureRemarks({ picture, children }: { picture: ImportPicture; children: ComponentChildren }) {
  const { name, state, messages = [], sameAs = [] } = picture;
  return (
    <div>
      <p>
        <bdi>{name}</bdi>
        {': '}
        {state !== 'added' && state !== 'waiting' && `${texts.importing.states[state]} `}
        {sameAs.length > 0 && `${texts.importing.samePicture(sameAs.map(withForce).join(', '))} `}
        {messages.map((message) => (
          <MessageText key={message.text} message={message} />
        ))}
      </p>
      {children}
    </div>
  );
}

/** Returns true for a picture that has something of its own to tell. */
function hasMessages({ state, messages = [], sameAs = [] }: ImportPicture): boolean {
  return ['there', 'failed'].includes(state) || messages.length + sameAs.length > 0;
}

/** Shows the files and rows that can't be used, each with the reason. */
export function LeftOutFiles({ plan: { leftOut, remarks, passedOver } }: { plan: ImportPlan }) {
  const [showsAll, setShowsAll] = useState(false);
  if (leftOut.length + remarks.length + passedOver === 0) return null;
  const shown = showsAll ? leftOut : leftOut.slice(0, rowsAtFirst);
  return (
    <section aria-label={texts.importing.leftOut}>
      <h2>{texts.importing.leftOut}</h2>
      <ul>
        {remarks.map((text) => (
          <li key={text}>
            <MessageText message={{ text, isByService: true }} />
          </li>
        ))}
        {shown.map(({ what, row, person, reason }) => (
          <li key={`${row} ${person} ${reason} ${what}`}>
            {row !== undefined && texts.importing.row(row)}
            {person !== undefined && (
              <>
                {', '}
                <bdi>{person}</bdi>
              </>
            )}
            {row !== undefined && ': '}
            <bdi>{what}</bdi>
            {': '}
            {texts.importing.leftOutReasons[reason]}
          </li>
        ))}
        {passedOver > 0 && <li>{texts.importing.passedOver(passedOver)}</li>}
      </ul>
      {shown.length < leftOut.length && (
        <button type="button" class="button" onClick={() => setShowsAll(true)}>
          {texts.people.showMore(leftOut.length - shown.length)}
        </button>
      )}
    </section>
  );
}
