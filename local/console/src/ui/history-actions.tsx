import { useEffect, useState } from 'preact/hooks';
import { useMay } from '../api/caller.ts';
import { errorMessage, errorText } from '../api/client.ts';
import { deleteMany, findMany, listProcessed, type ProcessedFilter } from '../api/endpoints.ts';
import { pressedNow } from '../api/token.ts';
import { csvOf } from '../model/csv.ts';
import { wholeList } from '../model/whole-list.ts';
import { notify } from '../notices.ts';
import { saveCsv } from '../save-csv.ts';
import { texts } from '../texts.ts';
import { Confirm } from './dialog.tsx';

const rowsAtOnce = 100;
/** The service takes so many numbers in an address. */
const deletedAtOnce = 100;

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
  /** Numbers of the pictures that it is about: no others are deleted. */
  readonly ids: readonly number[];
  /** Counts of those that were sent, and that were deleted: after a failure, it goes on from there. */
  readonly done: { sent: number; deleted: number };
}

/** Deletes the pictures that the filter leaves, once somebody has said so. */
function DeleteThese({ filter, isFiltered }: HistoryActionsProps) {
  const [asked, setAsked] = useState<Asked>();
  const [isLooking, setLooking] = useState(false);
  const shown = JSON.stringify(filter);
  // A question about pictures that the page no longer shows is none any more.
  useEffect(() => setAsked(undefined), [shown]);
  const ask = async () => {
    if (isLooking) return;
    setLooking(true);
    try {
      const ids = await idsOf(filter);
      if (ids.length > 0) setAsked({ shown, meant: filter, ids, done: { sent: 0, deleted: 0 } });
      else notify(texts.history.noneFits);
    } catch (error) {
      notify(errorMessage(error), { isFailure: true });
    }
    setLooking(false);
  };
  return (
    <>
      <button
        type="button"
        class={`button danger-quiet ${isFiltered ? '' : 'kept-free'}`}
        aria-disabled={isLooking}
        onClick={() => void ask()}
      >
        {texts.history.deleteThese}
      </button>
      {asked?.shown === shown && (
        <Confirm
          title={texts.history.deleteHowMany(asked.ids.length)}
          action={texts.history.deletePictures(asked.ids.length)}
          run={async () => {
            notify(texts.history.picturesDeleted(await deleteAll(asked)));
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

/** Deletes in as many requests as it takes, and returns how many pictures went. What fits no more stays. */
async function deleteAll({ meant, ids, done }: Asked): Promise<number> {
  const press = pressedNow();
  while (done.sent < ids.length) {
    const some = ids.slice(done.sent, done.sent + deletedAtOnce);
    const { deleted, remaining } = await deleteMany(meant, some, press);
    done.deleted += deleted;
    if (remaining === 0) done.sent += some.length;
    // The service has too much to do. What is left is still there to be deleted.
    else if (deleted === 0) break;
  }
  return done.deleted;
}

function idsOf(filter: ProcessedFilter): Promise<number[]> {
  return wholeList(
    async (beforeId) => {
      const { ids = [], matched } = await findMany({ ...filter, beforeId });
      return { items: ids, total: matched };
    },
    (id) => id,
  );
}

async function download(filter: ProcessedFilter): Promise<void> {
  const rows = await wholeList(
    async (beforeId) => {
      const page = { limit: rowsAtOnce, offset: 0 };
      const { items, total_items: total } = await listProcessed({ ...filter, beforeId }, page);
      return { items, total };
    },
    ({ db_id }) => db_id ?? 0,
  );
  saveCsv('history', [csvOf(undefined), ...rows.map(csvOf)]);
}
