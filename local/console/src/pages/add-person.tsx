import { useState } from 'preact/hooks';
import { useMay } from '../api/caller.ts';
import { messageOf, RefusedError } from '../api/client.ts';
import { deleteEntry, getStatus } from '../api/endpoints.ts';
import { addFiles, clearDraft, movePictures, newPersonPictures, picturesFor } from '../draft.ts';
import { isToSend, type Outcome } from '../enrollment.ts';
import { useLoad } from '../load.ts';
import { nobody, type PersonValues } from '../model/person.ts';
import { count } from '../model/words.ts';
import { go, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { DoubtsDialog } from '../ui/doubts.tsx';
import { DraftPictures } from '../ui/draft-pictures.tsx';
import { Duplicates } from '../ui/duplicates.tsx';
import { announce, tell, tellWithUndo } from '../ui/live.tsx';
import { Page } from '../ui/page.tsx';
import { PersonFields } from '../ui/person-fields.tsx';
import { PictureInput } from '../ui/picture-input.tsx';
import { Notice } from '../ui/states.tsx';
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
  const mayDelete = useMay('admin');
  const [nameError, setNameError] = useState<string>();
  const { isSending, outcome, doubts, error, send, goOn, reset } = useEnrolling({
    draft: pictures,
    person: () => person.value,
    onListed: (id) => person.update((before) => ({ ...before, entryId: id })),
    onDone: (result) => finish(result, person.value.values.name.trim(), mayDelete),
    onError: (failure) => {
      const isTaken = failure instanceof RefusedError && failure.status === 409;
      if (isTaken) setNameError('Somebody is listed under this name already.');
      return isTaken;
    },
  });
  const toSend = drafts.filter(isToSend).length;
  const isListed = entryId !== undefined;
  const name = values.name.trim();
  const submit = (event: Event) => {
    event.preventDefault();
    setNameError(name === '' ? 'A name is needed.' : undefined);
    if (name !== '') void send();
  };
  const addTo = (id: number) => {
    reset();
    movePictures(pictures, picturesFor(id));
    go(paths.entry(id));
  };
  return (
    <Page
      title="Add person"
      back={{ href: paths.blacklist, label: 'Blacklist' }}
      lead="One good picture will do; two or three make misses rarer."
    >
      <form class="form wide" onSubmit={submit} noValidate>
        <PictureInput
          compact={drafts.length > 0}
          hint="The face should be sharp, well lit, and turned to the camera."
          onFiles={(files) => addFiles(pictures, files, status.data?.settings.max_image_bytes)}
        />
        <DraftPictures draft={pictures} isBusy={isSending} entryId={entryId} />
        <PersonFields
          values={values}
          nameError={nameError}
          isDisabled={isListed || isSending}
          onChange={(part) =>
            person.update((before) => ({ ...before, values: { ...before.values, ...part } }))
          }
        />
        {error !== undefined && (
          <div role="alert">
            <Notice kind="warning">{error}</Notice>
          </div>
        )}
        {outcome && <OutcomeNotice outcome={outcome} name={name} />}
        <div class="actions end">
          {(drafts.length > 0 || name !== '') && (
            <button type="button" class="button" disabled={isSending} onClick={discard}>
              {isListed ? 'Add another person' : 'Start over'}
            </button>
          )}
          {isListed && toSend === 0 && !isSending ? (
            <a class="button primary" href={paths.entry(entryId)}>
              Open {name}
            </a>
          ) : (
            <button type="submit" class="button primary" disabled={isSending}>
              {isSending ? 'Adding …' : 'Add to the blacklist'}
            </button>
          )}
        </div>
        {doubts && (
          <DoubtsDialog
            doubts={doubts}
            action={`List ${name} nevertheless`}
            onGoOn={() => void goOn()}
            onAddTo={addTo}
            onClose={reset}
          />
        )}
      </form>
    </Page>
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
  const words = `${name} is listed, with ${count(added, 'picture')}.`;
  if (refused === 0 && !isDoubtful && pictures.value.length === added) {
    if (mayDelete) tellWithUndo(words, () => void takeBack(entryId, name));
    else tell(words);
    discard();
    go(paths.entry(entryId), { replace: true });
  } else announce(words);
}

/** Takes back a listing, unless somebody has changed it meanwhile. */
async function takeBack(entryId: number, name: string): Promise<void> {
  // The person's page would look for whom there is no more.
  if (location.hash === paths.entry(entryId)) go(paths.blacklist, { replace: true });
  try {
    await deleteEntry(entryId, firstVersion);
    tell(`${name} is no longer listed.`);
  } catch (error) {
    tell(`${name} is still listed: ${messageOf(error)}`);
  }
}

const firstVersion = 1;

function OutcomeNotice({ outcome, name }: { outcome: Outcome; name: string }) {
  const { entryId, added, refused } = outcome;
  if (entryId === undefined) {
    return (
      <div role="alert">
        <Notice kind="warning">
          {name} is not listed: none of the pictures could be used. Add another one and try again.
        </Notice>
      </div>
    );
  }
  return (
    <>
      <Notice kind="clear">
        {name} is listed, with {count(added, 'picture')}
        {refused > 0 && `; ${count(refused, 'picture')} could not be used`}.
      </Notice>
      <Warnings warnings={outcome.warnings} />
      <Duplicates outcome={outcome} />
    </>
  );
}
