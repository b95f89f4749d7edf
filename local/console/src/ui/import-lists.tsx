import { useState } from 'preact/hooks';
import { type Import, type ImportPerson, type ImportPicture, isLeftOut } from '../importing.ts';
import type { ImportPlan } from '../model/import-plan.ts';
import { paths } from '../routes.ts';
import { texts } from '../texts.ts';
import { MessageText } from './message.tsx';

/** Rows that are shown at first; a table may have thousands. */
const rowsAtFirst = 200;

/** Shows the people of an import, with what is known of each. */
export function ImportPeople({ known: { persons, addsToListed } }: { known: Import }) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? persons : persons.slice(0, rowsAtFirst);
  if (persons.length === 0) return null;
  return (
    <section
      class="table-frame"
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
          {shown.map((person) => (
            <PersonRow key={person.name} person={person} isOut={isLeftOut(person, addsToListed)} />
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

function PersonRow({ person, isOut }: { person: ImportPerson; isOut: boolean }) {
  const { name, reason, pictures, entryId, clash, looksLike, isUnsure } = person;
  const added = pictures.filter(({ state }) => state === 'added').length;
  return (
    <tr>
      <td dir="auto">{entryId === undefined ? name : <a href={paths.entry(entryId)}>{name}</a>}</td>
      <td dir="auto">{reason ?? ''}</td>
      <td>
        {added > 0 ? texts.importing.addedOf(added, pictures.length) : texts.people.pictures(pictures.length)}
      </td>
      <td>
        {isOut && <p>{texts.importing.listedAlready}</p>}
        {clash?.isSame && !isOut && <p>{texts.importing.addedToListed}</p>}
        {clash && !clash.isSame && <p>{texts.importing.nearlyListed(clash.name)}</p>}
        {looksLike.length > 0 && <p>{texts.importing.looksLike(looksLike.join(', '))}</p>}
        {isUnsure && <p>{texts.people.notAllCompared}</p>}
        {pictures.filter(hasMessages).map((picture) => (
          <p key={picture.key}>
            <bdi>{picture.name}</bdi>
            {': '}
            {picture.state !== 'added' && `${texts.importing.states[picture.state]} `}
            {picture.messages?.map((message) => (
              <MessageText key={message.text} message={message} />
            ))}
          </p>
        ))}
      </td>
    </tr>
  );
}

/** Returns true for a picture of which there is more to say than that it waits, or was added. */
function hasMessages({ state, messages = [] }: ImportPicture): boolean {
  return ['there', 'refused', 'failed'].includes(state) || messages.length > 0;
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
        {shown.map(({ what, reason }) => (
          <li key={`${reason} ${what}`}>
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
