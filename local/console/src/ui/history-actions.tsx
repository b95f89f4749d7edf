import { useState } from 'preact/hooks';
import { useMay } from '../api/caller.ts';
import { errorMessage, errorText } from '../api/client.ts';
import { type DeletedCount, deleteMany, listProcessed, type ProcessedFilter } from '../api/endpoints.ts';
import { pressedNow } from '../api/token.ts';
import { csvOf } from '../model/csv.ts';
import { saveCsv } from '../save-csv.ts';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';
import { notify } from './live.tsx';

const rowsAtOnce = 100;

export interface HistoryActionsProps {
  readonly filter: ProcessedFilter;
  readonly isFiltered: boolean;
}

/** Exports the pictures that the filter leaves, and deletes them. */
export function HistoryActions({ filter, isFiltered }: HistoryActionsProps) {
  const mayDelete = useMay('admin');
  const [isExporting, setExporting] = useState(false);
  const [found, setFound] = useState<DeletedCount>();
  const exportAll = async () => {
    if (isExporting) return;
    setExporting(true);
    try {
      await download(filter);
    } catch (error) {
      notify(texts.history.exportFailed(errorText(error)), { isFailure: true });
    }
    setExporting(false);
  };
  const ask = () =>
    deleteMany(filter, true).then(setFound, (error: unknown) =>
      notify(errorMessage(error), { isFailure: true }),
    );
  return (
    <>
      <button type="button" class="button" aria-disabled={isExporting} onClick={() => void exportAll()}>
        {isExporting ? texts.history.exporting : texts.history.exportCsv}
      </button>
      {mayDelete && isFiltered && (
        <button type="button" class="button danger-quiet" onClick={() => void ask()}>
          {texts.history.deleteThese}
        </button>
      )}
      {found && (
        <Confirm
          title={texts.history.deleteHowMany(found.matched)}
          action={texts.history.deletePictures(found.matched)}
          run={async () => {
            notify(await deleteAll(filter));
            setFound(undefined);
          }}
          onClose={() => setFound(undefined)}
        >
          <p>{texts.history.deleteMeans}</p>
        </Confirm>
      )}
    </>
  );
}

/** Deletes in as many requests as it takes. */
async function deleteAll(filter: ProcessedFilter): Promise<string> {
  const press = pressedNow();
  for (let total = 0; ; ) {
    const { deleted, remaining } = await deleteMany(filter, false, press);
    total += deleted;
    if (remaining === 0 || deleted === 0) return texts.history.picturesDeleted(total);
  }
}

async function download(filter: ProcessedFilter): Promise<void> {
  const lines: string[] = [];
  // Pictures that are checked meanwhile would move the pages.
  const until = filter.until ?? new Date().toISOString();
  for (let offset = 0; ; offset += rowsAtOnce) {
    const page = await listProcessed({ ...filter, until }, { limit: rowsAtOnce, offset });
    lines.push(...page.items.map(csvOf));
    if (page.items.length < rowsAtOnce) break;
  }
  saveCsv('history', [csvOf(undefined), ...lines]);
}
