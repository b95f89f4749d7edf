import { useEffect, useState } from 'preact/hooks';
import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { errorMessage, errorText } from '../api/client.ts';
import { deleteMany, listProcessed, type ProcessedFilter } from '../api/endpoints.ts';
import { pressedNow } from '../api/token.ts';
import { serviceNow } from '../clock.ts';
import { csvOf } from '../model/csv.ts';
import { announce, notify } from '../notices.ts';
import { saveCsv } from '../save-csv.ts';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';

const rowsAtOnce = 100;

export interface HistoryActionsProps {
  readonly filter: ProcessedFilter;
  readonly isFiltered: boolean;
}

/** Exports the pictures that the filter leaves, and deletes them. */
export function HistoryActions({ filter, isFiltered }: HistoryActionsProps) {
  const mayDelete = useMay('admin');
  const [isExporting, setExporting] = useState(false);
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
  return (
    <>
      <button type="button" class="button" aria-disabled={isExporting} onClick={() => void exportAll()}>
        {isExporting ? texts.history.exporting : texts.history.exportCsv}
      </button>
      {mayDelete && <DeleteThese filter={filter} isFiltered={isFiltered} />}
    </>
  );
}

/** A question that is open. */
interface Asked {
  /** Filter of the page that it was asked on. */
  readonly shown: string;
  readonly meant: ProcessedFilter;
  readonly matched: number;
}

/** Deletes the pictures that the filter leaves, once somebody has said so. */
function DeleteThese({ filter, isFiltered }: HistoryActionsProps) {
  const [asked, setAsked] = useState<Asked>();
  const shown = JSON.stringify(filter);
  // A question about pictures that the page no longer shows is none any more.
  useEffect(() => setAsked(undefined), [shown]);
  const ask = async () => {
    try {
      const meant = await withoutLater(filter);
      const { matched } = await deleteMany(meant, true);
      setAsked({ shown, meant, matched });
    } catch (error) {
      notify(errorMessage(error), { isFailure: true });
    }
  };
  return (
    <>
      <button
        type="button"
        class={`button danger-quiet ${isFiltered ? '' : 'kept-free'}`}
        onClick={() => void ask()}
      >
        {texts.history.deleteThese}
      </button>
      {asked?.shown === shown && (
        <Confirm
          title={texts.history.deleteHowMany(asked.matched)}
          action={texts.history.deletePictures(asked.matched)}
          run={async () => {
            const { matched } = await deleteMany(asked.meant, true);
            // More may have come to fit, such as by somebody's verdict.
            if (matched !== asked.matched) {
              setAsked({ ...asked, matched });
              announce(texts.history.deleteHowMany(matched));
              return;
            }
            notify(await deleteAll(asked.meant));
            setAsked(undefined);
          }}
          onClose={() => setAsked(undefined)}
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

/** Returns a filter that leaves out what comes from now on. Only the pictures' times tell that exactly. */
async function withoutLater(filter: ProcessedFilter): Promise<ProcessedFilter> {
  const { items } = await listProcessed(filter, { limit: 1, offset: 0 });
  const newest = items.length === 0 ? 0 : Date.parse(items[0]?.processing_timestamp ?? '');
  // Records of an earlier version may have no time.
  const until = Number.isNaN(newest) ? serviceNow() : newest + 1;
  return { ...filter, until: new Date(until).toISOString() };
}

async function download(filter: ProcessedFilter): Promise<void> {
  // Pictures that are checked meanwhile would move the pages.
  const meant = await withoutLater(filter);
  const rows = new Map<number | null, ImageProcessingResult>();
  let before: number | undefined;
  for (let offset = 0; ; ) {
    const { items, total_items: total } = await listProcessed(meant, { limit: rowsAtOnce, offset });
    // Rows that are gone meanwhile move those after them up.
    const gone = Math.min(offset, Math.max(0, (before ?? total) - total));
    before = total;
    if (gone > 0) {
      offset -= gone;
      continue;
    }
    for (const item of items) rows.set(item.db_id, item);
    if (items.length < rowsAtOnce) break;
    offset += rowsAtOnce;
  }
  const lines = [...rows.values()].map(csvOf);
  saveCsv('history', [csvOf(undefined), ...lines]);
}
