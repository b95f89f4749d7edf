import { useState } from 'preact/hooks';
import { isUnanswered, untilGone } from '../api/again.ts';
import { useMay } from '../api/caller.ts';
import { errorText, isGone, RefusedError } from '../api/client.ts';
import { deleteEntry, getStatus } from '../api/endpoints.ts';
import { changeEntry, stayingEntry } from '../change-entry.ts';
import { addFiles, change, clearDraft, isToSend, isUnsettled, newPersonPictures } from '../draft.ts';
import { useLoad } from '../load.ts';
import { nobody, type PersonValues } from '../model/person.ts';
import { type NameFault, takenBy } from '../names-there.ts';
import { notify, notifyWithUndo } from '../notices.ts';
import { go, paths } from '../routes.ts';
import type { Outcome } from '../sending.ts';
import { Store, useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { DraftPictures } from '../ui/draft-pictures.tsx';
import { Duplicates } from '../ui/duplicates.tsx';
import { EnrollingDoubts } from '../ui/enrolling-doubts.tsx';
import { LeaveUnsettled } from '../ui/leave-unsettled.tsx';
import { Page } from '../ui/page.tsx';
import { PersonFields } from '../ui/person-fields.tsx';
import { PictureInput } from '../ui/picture-input.tsx';
import { ErrorNotice, Notice } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';
import { useEnrolling } from '../use-enrolling.ts';

/** Content of the form. It outlives the page, so that a visit to another page loses nothing. */
interface PersonDraft {
  readonly values: PersonValues;
  /** Once the first picture was taken. */
  readonly entryId: number | undefined;
}
const empty: PersonDraft = { values: nobody, entryId: undefined };
const person = new Store<PersonDraft>(empty);
const pictures = newPersonPictures;

function discard(): void {
  person.set(empty);
  clearDraft(pictures);
}

export function AddPersonPage() {
  const { values, entryId } = useStore(person);
  const drafts = useStore(pictures);
  const status = useLoad('status', getStatus);
  const { enrolling, nameError, submit } = useListing();
  const { isSending, outcome, error } = enrolling;
  const name = values.name.trim();
  return (
    <Page
      title={texts.people.addPerson}
      back={{ href: paths.blacklist, label: texts.people.title }}
      lead={texts.people.addLead}
    >
      <form class="form wide" onSubmit={submit} noValidate>
        <PictureInput
          compact={drafts.length > 0}
          hint={texts.people.addHint}
          onFiles={(files) => addFiles(pictures, files, status.data?.settings.max_image_bytes)}
        />
        <DraftPictures draft={pictures} isBusy={isSending} entryId={entryId} />
        <PersonFields
          values={values}
          nameError={nameError}
          isDisabled={entryId !== undefined || isSending || drafts.some(isUnsettled)}
          onChange={(part) =>
            person.update((before) => ({ ...before, values: { ...before.values, ...part } }))
          }
        />
        <ErrorNotice error={error} />
        {/* Not once the listing was taken back. */}
        {outcome && outcome.entryId === entryId && <OutcomeNotice outcome={outcome} name={name} />}
        <Actions isSending={isSending} />
        <EnrollingDoubts
          enrolling={enrolling}
          draft={pictures}
          action={texts.people.listNevertheless(name)}
        />
      </form>
    </Page>
  );
}

/** Lists the person of the form. A missing or taken name is shown beside its field. */
function useListing() {
  const mayDelete = useMay('admin');
  const [nameError, setNameError] = useState<NameFault>();
  const nameOf = ({ values }: PersonDraft) => values.name.trim();
  const enrolling = useEnrolling({
    draft: pictures,
    person: () => person.value,
    onListed: (id) => person.update((before) => ({ ...before, entryId: id })),
    onDone: (result) => finish(result, nameOf(person.value), mayDelete),
    onError: (failure) => {
      const isTaken = failure instanceof RefusedError && failure.status === 409;
      if (isTaken) void takenBy(nameOf(person.value)).then(setNameError);
      return isTaken;
    },
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const hasName = nameOf(person.value) !== '';
    setNameError(hasName ? undefined : { text: texts.people.nameNeeded });
    if (hasName) void enrolling.send();
  };
  return { enrolling, nameError, submit };
}

function Actions({ isSending }: { isSending: boolean }) {
  const { values, entryId } = useStore(person);
  const drafts = useStore(pictures);
  const name = values.name.trim();
  const isListed = entryId !== undefined;
  const [isLeaving, setLeaving] = useState(false);
  return (
    <div class="actions end">
      {isLeaving && (
        <LeaveUnsettled onLeave={discard} onClose={() => setLeaving(false)}>
          <p>{texts.people.mayBeListed(name)}</p>
          <ListedByThisName name={name} />
        </LeaveUnsettled>
      )}
      {(drafts.length > 0 || name !== '') && (
        <button
          type="button"
          class="button"
          disabled={isSending}
          onClick={() => (drafts.some(isUnsettled) ? setLeaving(true) : discard())}
        >
          {isListed ? texts.people.addAnother : texts.people.startOver}
        </button>
      )}
      {isListed && !drafts.some(isToSend) && !isSending ? (
        <a class="button primary" href={paths.entry(entryId)}>
          {texts.people.open(name)}
        </a>
      ) : (
        <button type="submit" class="button primary" disabled={isSending}>
          {isSending ? texts.people.adding : texts.people.addToList}
        </button>
      )}
    </div>
  );
}

/** Leads to whoever is listed under the name of a listing whose answer was lost. */
function ListedByThisName({ name }: { name: string }) {
  const { data } = useLoad(`listed ${name}`, () => takenBy(name), ['entry']);
  if (data?.entry === undefined) return null;
  return (
    <p>
      {data.text} <a href={paths.entry(data.entry.id)}>{texts.people.open(data.entry.name)}</a>
    </p>
  );
}

/** Opens the person's page if nothing is left to be checked. */
function finish(
  { entryId, added, refused, duplicates, isUnsure, warnings }: Outcome,
  name: string,
  mayDelete: boolean,
): void {
  if (entryId === undefined) return;
  const isDoubtful = duplicates.length > 0 || isUnsure || warnings.length > 0;
  const words = texts.people.isListed(name, added);
  const isDone = refused === 0 && !isDoubtful && pictures.value.length === added;
  if (isDone) {
    discard();
    // Whoever has gone to another page meanwhile stays there.
    if (location.hash === paths.addPerson) go(paths.entry(entryId), { replace: true });
  }
  // A doubtful listing is the one that is most likely to be taken back.
  notifyWithUndo(words, () => void takeBack(entryId, name, mayDelete ? erase : suspend));
}

/** Takes back a listing, unless somebody has changed it meanwhile. */
async function takeBack(entryId: number, name: string, how: typeof erase): Promise<void> {
  try {
    notify(await how(entryId, name));
  } catch (error) {
    const staying = isGone(error) ? await stayingEntry(entryId).catch(() => undefined) : undefined;
    if (staying) return notify(texts.people.wasMerged(name, staying.name), { isFailure: true });
    if (isGone(error)) return notify(texts.people.noLongerListed(name));
    const text = errorText(error);
    // Without an answer it may be listed, or not.
    const { stillListed } = texts.people;
    const words = isUnanswered(error) ? texts.frame.withError(name, text) : stillListed(name, text);
    notify(words, { isFailure: true });
  }
}

const firstVersion = 1;

async function erase(entryId: number, name: string): Promise<string> {
  // The person's page would look for whom there is no more.
  if (location.hash === paths.entry(entryId)) go(paths.blacklist, { replace: true });
  await untilGone(() => deleteEntry(entryId, { version: firstVersion }));
  // The form may still be there, with what was entered.
  if (person.value.entryId === entryId) {
    person.update((before) => ({ ...before, entryId: undefined }));
    for (const { id, state } of pictures.value) {
      if (state === 'added') change(pictures, id, { state: 'ready', text: { text: '' } });
    }
  }
  return texts.people.noLongerListed(name);
}

/** Suspends the entry for whoever may not delete it: nobody matches it until an admin decides. */
async function suspend(entryId: number, name: string): Promise<string> {
  await changeEntry(entryId, { suspended: true, version: firstVersion });
  if (person.value.entryId === entryId) {
    discard();
    if (location.hash === paths.addPerson) go(paths.entry(entryId), { replace: true });
  }
  return texts.people.suspendedInstead(name);
}

function OutcomeNotice({ outcome, name }: { outcome: Outcome; name: string }) {
  const { entryId, added, refused } = outcome;
  if (entryId === undefined) {
    return (
      <div role="alert">
        <Notice kind="warning">{texts.people.noneUsable(name)}</Notice>
      </div>
    );
  }
  return (
    <>
      <Notice kind="clear">
        {refused > 0 ? texts.people.isListedPartly(name, added, refused) : texts.people.isListed(name, added)}
      </Notice>
      <Warnings warnings={outcome.warnings} />
      <Duplicates outcome={outcome} />
    </>
  );
}
