import { useState } from 'preact/hooks';
import { messageOf, RefusedError } from '../api/client.ts';
import { getStatus } from '../api/endpoints.ts';
import { addFiles, clearDraft, type DraftPicture, enroll, isToSend, type Outcome } from '../enrollment.ts';
import { useLoad } from '../load.ts';
import { count } from '../model/words.ts';
import { go, paths } from '../routes.ts';
import { Store, useStore } from '../store.ts';
import { DraftPictures } from '../ui/draft-pictures.tsx';
import { Duplicates } from '../ui/duplicates.tsx';
import { announce, tell } from '../ui/live.tsx';
import { Page } from '../ui/page.tsx';
import { PersonFields } from '../ui/person-fields.tsx';
import { PictureInput } from '../ui/picture-input.tsx';
import { Notice } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';

/** Content of the form. It outlives the page, so that a visit to another page loses nothing. */
interface PersonDraft {
  readonly name: string;
  readonly reason: string;
  /** Once the first picture was taken. */
  readonly entryId: number | undefined;
}
const nobody: PersonDraft = { name: '', reason: '', entryId: undefined };
const person = new Store<PersonDraft>(nobody);
const pictures = new Store<readonly DraftPicture[]>([]);

function discard(): void {
  person.set(nobody);
  clearDraft(pictures);
}

export function AddPersonPage() {
  const { name, reason, entryId } = useStore(person);
  const drafts = useStore(pictures);
  const status = useLoad('status', getStatus);
  const { isSending, outcome, nameError, error, send } = useSending();
  const toSend = drafts.filter(isToSend).length;
  const isListed = entryId !== undefined;
  const submit = (event: Event) => {
    event.preventDefault();
    void send();
  };
  return (
    <Page
      title="Add person"
      back={{ href: paths.blacklist, label: 'Blacklist' }}
      lead="One good picture will do; two or three make misses rarer."
    >
      <form class="form wide" onSubmit={submit} noValidate>
        <PersonFields
          name={name}
          reason={reason}
          nameError={nameError}
          isDisabled={isListed || isSending}
          onChange={(part) => person.update((before) => ({ ...before, ...part }))}
        />
        <PictureInput
          compact={drafts.length > 0}
          hint="The face should be sharp, well lit, and turned to the camera."
          onFiles={(files) => addFiles(pictures, files, status.data?.settings.max_image_bytes)}
        />
        <DraftPictures draft={pictures} isBusy={isSending} />
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
      </form>
    </Page>
  );
}

function useSending() {
  const [isSending, setSending] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const [nameError, setNameError] = useState<string>();
  const [error, setError] = useState<string>();
  const send = async (): Promise<void> => {
    const { name, reason, entryId } = person.value;
    const trimmed = { name: name.trim(), reason: reason.trim() };
    const hasPictures = pictures.value.some(isToSend);
    setNameError(trimmed.name === '' ? 'A name is needed.' : undefined);
    setError(hasPictures ? undefined : 'Add at least one picture that shows the face.');
    setOutcome(undefined);
    if (trimmed.name === '' || !hasPictures) return;
    setSending(true);
    try {
      const result = await enroll(pictures, { ...trimmed, entryId }, (id) =>
        person.set({ ...trimmed, entryId: id }),
      );
      finish(result, trimmed.name);
      setOutcome(result);
    } catch (failure) {
      const isTaken = failure instanceof RefusedError && failure.status === 409;
      if (isTaken) setNameError('Somebody is listed under this name already.');
      else setError(messageOf(failure));
    } finally {
      setSending(false);
    }
  };
  return { isSending, outcome, nameError, error, send };
}

/** Opens the person's page if nothing is left to be checked. */
function finish({ entryId, added, refused, duplicates, isUnsure, warnings }: Outcome, name: string): void {
  if (entryId === undefined) return;
  const isDoubtful = duplicates.length > 0 || isUnsure || warnings.length > 0;
  const words = `${name} is listed, with ${count(added, 'picture')}.`;
  if (refused === 0 && !isDoubtful && pictures.value.length === added) {
    tell(words);
    discard();
    go(paths.entry(entryId), { replace: true });
  } else announce(words);
}

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
