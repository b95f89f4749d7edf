import { useRef, useState } from 'preact/hooks';
import { TableError } from '../../../../lib/people/table.ts';
import { useMay } from '../api/caller.ts';
import { type Told, toldOf } from '../api/client.ts';
import {
  cancelImport,
  countsOf,
  currentImport,
  discardImport,
  type Import,
  planImport,
  reportOf,
  runImport,
  setAddsToListed,
} from '../importing.ts';
import { csvLine } from '../model/csv.ts';
import { paths } from '../routes.ts';
import { saveCsv } from '../save-csv.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Icon } from '../ui/icon.tsx';
import { ImportPeople, LeftOutFiles } from '../ui/import-lists.tsx';
import { announce } from '../ui/live.tsx';
import { Page } from '../ui/page.tsx';
import { Notice } from '../ui/states.tsx';
import { ToldText } from '../ui/told.tsx';

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
      {!mayAdd ? (
        <Notice kind="info">{texts.frame.notAllowed}</Notice>
      ) : known === undefined ? (
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

function ChooseFiles() {
  const folder = useRef<HTMLInputElement>(null);
  const table = useRef<HTMLInputElement>(null);
  const [isReading, setReading] = useState(false);
  const [error, setError] = useState<Told>();
  const read = async (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])];
    // The same files may be chosen again.
    input.value = '';
    if (files.length === 0) return;
    setReading(true);
    setError(undefined);
    try {
      await planImport(files);
    } catch (failure) {
      setError(
        failure instanceof TableError ? { text: failure.message, isByService: true } : toldOf(failure),
      );
    }
    setReading(false);
  };
  const common = { type: 'file', hidden: true, multiple: true, tabIndex: -1 } as const;
  return (
    <div class="form wide">
      <p>{texts.importing.folderHint}</p>
      <p>{texts.importing.tableHint}</p>
      <p class="hint">{texts.importing.largestFace}</p>
      {error && (
        <div role="alert">
          <Notice kind="warning">
            <ToldText told={error} />
          </Notice>
        </div>
      )}
      <div class="actions">
        <button
          type="button"
          class="button primary"
          disabled={isReading}
          onClick={() => folder.current?.click()}
        >
          <Icon name="upload" />
          {texts.importing.chooseFolder}
        </button>
        <button type="button" class="button" disabled={isReading} onClick={() => table.current?.click()}>
          <Icon name="upload" />
          {texts.importing.chooseTable}
        </button>
      </div>
      {isReading && <p role="status">{texts.importing.reading}</p>}
      <input
        {...common}
        ref={(element) => {
          folder.current = element;
          if (element) element.webkitdirectory = true;
        }}
        aria-label={texts.importing.chooseFolder}
        onChange={({ currentTarget }) => void read(currentTarget)}
      />
      <input
        {...common}
        ref={table}
        accept=".csv,image/*"
        aria-label={texts.importing.chooseTable}
        onChange={({ currentTarget }) => void read(currentTarget)}
      />
    </div>
  );
}

/** Shows how far the import is, and what can be done with it now. */
function Sending({ known }: { known: Import }) {
  const { persons, state, addsToListed, error } = known;
  const { pictures, done, added, refused, open, listed } = countsOf(known);
  const taken = persons.filter(({ clash }) => clash?.isSame).length;
  const start = async () => {
    await runImport();
    const now = currentImport.value;
    if (now) announce(texts.importing.result(countsOf(now).listed, countsOf(now).added));
  };
  return (
    <section class="form wide" aria-label={texts.importing.title}>
      {state === 'planned' ? (
        <p>{texts.importing.found(persons.length, pictures)}</p>
      ) : (
        <div class="progress-line">
          <progress max={Math.max(1, pictures)} value={done} aria-label={texts.importing.progressLabel} />
          <span>{texts.checking.progress(done, pictures)}</span>
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
      {error && (
        <div role="alert">
          <Notice kind="warning">
            <ToldText told={error} />
          </Notice>
        </div>
      )}
      {(state === 'done' || state === 'stopped') && (
        <Notice kind={open + refused === 0 ? 'clear' : 'warning'}>
          {texts.importing.result(listed, added)}
          {refused > 0 && ` ${texts.importing.notTaken(refused)}`}
          {open > 0 && ` ${texts.importing.notSent(open)}`}
        </Notice>
      )}
      <div class="actions">
        {state === 'planned' && (
          <button type="button" class="button primary" disabled={pictures === 0} onClick={() => void start()}>
            {texts.importing.start(pictures)}
          </button>
        )}
        {state === 'running' && (
          <button type="button" class="button" onClick={cancelImport}>
            {texts.importing.stop}
          </button>
        )}
        {(state === 'done' || state === 'stopped') && (
          <>
            {open > 0 && (
              <button type="button" class="button primary" onClick={() => void start()}>
                {texts.importing.goOn(open)}
              </button>
            )}
            <button type="button" class="button" onClick={() => download(known)}>
              {texts.importing.report}
            </button>
          </>
        )}
        {state !== 'running' && (
          <button type="button" class="button" onClick={discardImport}>
            {texts.importing.chooseOthers}
          </button>
        )}
      </div>
    </section>
  );
}

function download(known: Import): void {
  saveCsv('import', reportOf(known).map(csvLine));
}
