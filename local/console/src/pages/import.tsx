import { useState } from 'preact/hooks';
import { TableError } from '../../../../lib/people/table.ts';
import { useMay } from '../api/caller.ts';
import { errorMessage, type Message } from '../api/client.ts';
import { planImport, SeveralTablesError } from '../import-planning.ts';
import { countsOf, reportOf } from '../import-report.ts';
import { currentImport, type Import } from '../import-state.ts';
import { cancelImport, discardImport, runImport, setAddsToListed } from '../importing.ts';
import { csvLine } from '../model/csv.ts';
import { announce } from '../notices.ts';
import { paths } from '../routes.ts';
import { saveCsv } from '../save-csv.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { FilesButton } from '../ui/files-button.tsx';
import { ImportPeople, LeftOutFiles } from '../ui/import-lists.tsx';
import { Page } from '../ui/page.tsx';
import { ErrorNotice, Notice } from '../ui/states.tsx';
import { LookFirst } from '../ui/wrong-picture.tsx';

/** Lists many people from a folder or a table: what would be done is shown before anything is sent. */
export function ImportPage() {
  const known = useStore(currentImport);
  const mayAdd = useMay('editor');
  return (
    <Page
      title={texts.importing.title}
      back={{ href: paths.blacklist, label: texts.people.title }}
      lead={texts.importing.lead}
    >
      {!mayAdd ? null : known === undefined ? (
        <ChooseFiles />
      ) : (
        <>
          <Sending known={known} />
          <ImportPeople known={known} />
          <LeftOutFiles plan={known.plan} />
        </>
      )}
    </Page>
  );
}

/** Plans the import of files. A fault of a table or of the service is shown. */
function usePlanning() {
  const [isReading, setReading] = useState(false);
  const [error, setError] = useState<Message>();
  const plan = async (files: readonly File[]) => {
    if (files.length === 0) return;
    setReading(true);
    setError(undefined);
    try {
      await planImport([...files]);
    } catch (failure) {
      setError(faultOf(failure));
    }
    setReading(false);
  };
  return { isReading, error, plan };
}

function faultOf(failure: unknown): Message {
  if (failure instanceof SeveralTablesError) return { text: failure.message };
  if (failure instanceof TableError) return { text: failure.message, isByService: true };
  return errorMessage(failure);
}

function ChooseFiles() {
  const { isReading, error, plan } = usePlanning();
  return (
    <div class="form wide">
      <p>{texts.importing.folderHint}</p>
      <p>{texts.importing.tableHint}</p>
      <p class="hint">{texts.importing.largestFace}</p>
      <ErrorNotice error={error} />
      <div class="actions">
        <FilesButton
          label={texts.importing.chooseFolder}
          isPrimary
          isFolder
          isDisabled={isReading}
          onFiles={(files) => void plan(files)}
        />
        <FilesButton
          label={texts.importing.chooseTable}
          accept=".csv,.txt,image/*"
          isDisabled={isReading}
          onFiles={(files) => void plan(files)}
        />
      </div>
      {isReading && <p role="status">{texts.importing.reading}</p>}
    </div>
  );
}

/** Shows how far the import is, and what can be done with it now. */
function Sending({ known }: { known: Import }) {
  const { persons, state, addsToListed, error } = known;
  const { pictures, done } = countsOf(known);
  const wanted = persons.filter(({ isUnwanted }) => !isUnwanted);
  const taken = wanted.filter(({ clash }) => clash?.isSame).length;
  return (
    <section class="form wide" aria-label={texts.importing.title}>
      {state === 'planned' ? (
        <p>{texts.importing.found(wanted.length, pictures)}</p>
      ) : (
        <div class="progress-line">
          <progress max={Math.max(1, pictures)} value={done} aria-label={texts.importing.progressLabel} />
          <span>{texts.importing.progress(done, pictures)}</span>
        </div>
      )}
      {state === 'planned' && taken > 0 && (
        <label class="checkbox">
          <input
            type="checkbox"
            checked={addsToListed}
            onChange={({ currentTarget }) => setAddsToListed(currentTarget.checked)}
          />
          <span>{texts.importing.addToListed(taken)}</span>
        </label>
      )}
      <LookFirst />
      <ErrorNotice error={error} />
      {isOver(known) && <Outcome known={known} />}
      <Actions known={known} />
    </section>
  );
}

/** Returns true once nothing is sent any more, whether all was or not. */
function isOver({ state }: Import): boolean {
  return state === 'done' || state === 'stopped';
}

function Outcome({ known }: { known: Import }) {
  const { refused, held, open, lookAlikes, outOfForce } = countsOf(known);
  const isClear = open + refused + held + lookAlikes + outOfForce === 0;
  return <Notice kind={isClear ? 'clear' : 'warning'}>{outcomeOf(known)}</Notice>;
}

/** Tells in words what became of an import's pictures and people. */
function outcomeOf(known: Import): string {
  const { added, there, refused, held, open, listed, lookAlikes, outOfForce } = countsOf(known);
  const { result, thereAlready, notTaken, notSent, heldBack, lookAlikes: alike, unmatched } = texts.importing;
  return [
    result(listed, added),
    ...(there > 0 ? [thereAlready(there)] : []),
    ...(refused > 0 ? [notTaken(refused)] : []),
    ...(open > 0 ? [notSent(open)] : []),
    ...(held > 0 ? [heldBack(held)] : []),
    ...(lookAlikes > 0 ? [alike(lookAlikes)] : []),
    ...(outOfForce > 0 ? [unmatched(outOfForce)] : []),
  ].join(' ');
}

async function start(): Promise<void> {
  await runImport();
  const now = currentImport.value;
  if (now) announce(outcomeOf(now));
}

function Actions({ known }: { known: Import }) {
  const { state } = known;
  const { pictures, open } = countsOf(known);
  return (
    <div class="actions">
      {state === 'planned' && pictures > 0 && (
        <button type="button" class="button primary" onClick={() => void start()}>
          {texts.importing.start(pictures)}
        </button>
      )}
      {state === 'running' && (
        <button type="button" class="button" onClick={cancelImport}>
          {texts.importing.stop}
        </button>
      )}
      {isOver(known) && open > 0 && (
        <button type="button" class="button primary" onClick={() => void start()}>
          {texts.importing.goOn(open)}
        </button>
      )}
      {isOver(known) && (
        <button type="button" class="button" onClick={() => download(known)}>
          {texts.importing.report}
        </button>
      )}
      {state !== 'running' && (
        <button type="button" class="button" onClick={discardImport}>
          {texts.importing.chooseOthers}
        </button>
      )}
    </div>
  );
}

function download(known: Import): void {
  saveCsv('import', reportOf(known).map(csvLine));
}
