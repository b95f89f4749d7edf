import { useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { RefusedError } from '../api/client.ts';
import { getEntry, listProcessed } from '../api/endpoints.ts';
import { deleteLater, deleting } from '../deletions.ts';
import { useLoad } from '../load.ts';
import { count, dateOf, timeOf } from '../model/words.ts';
import { go, historyPath, paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { Confirm } from '../ui/dialog.tsx';
import { EditPerson } from '../ui/edit-person.tsx';
import { EntryBadges, isExpired } from '../ui/entry-badges.tsx';
import { EntryPictures } from '../ui/entry-pictures.tsx';
import { Icon } from '../ui/icon.tsx';
import { MergePerson } from '../ui/merge-person.tsx';
import { Page } from '../ui/page.tsx';
import { LoadingRows, ProcessedRows } from '../ui/processed-rows.tsx';
import { Empty, Failure, Notice } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';

const recentMatches = 6;
const back = { href: paths.blacklist, label: 'Blacklist' };

export function EntryPage({ id }: { id: number }) {
  const { data: entry, error, reload } = useLoad(`entry ${id}`, (signal) => getEntry(id, signal), ['entry']);
  const [open, setOpen] = useState<'edit' | 'delete' | 'merge'>();
  const mayEdit = useMay('editor');
  const mayDelete = useMay('admin');
  const isDeleting = useStore(deleting).has(id);
  const [warnings, setWarnings] = useState<readonly string[] | null>(null);
  const showSaved = (saved: BlacklistRecord) => {
    setWarnings(saved.warnings);
    reload();
  };
  if (isDeleting || (error instanceof RefusedError && error.status === 404)) {
    return (
      <Page title="Not listed any more" back={back}>
        <Empty icon="people" title="There is nobody here">
          <p>The person was deleted, or never listed.</p>
          <a class="button" href={paths.blacklist}>
            To the blacklist
          </a>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={entry?.name ?? (error === undefined ? undefined : 'Person')}
      back={back}
      lead={
        entry && (
          <span class="hint">
            Listed since {dateOf(entry.added_date)}
            {entry.added_by && ` by ${entry.added_by}`} · number {entry.id}
            {entry.updated_date &&
              ` · changed ${timeOf(entry.updated_date)}${entry.updated_by ? ` by ${entry.updated_by}` : ''}`}
          </span>
        )
      }
      actions={
        entry && (
          <>
            <button type="button" class="button" onClick={() => print()}>
              Print
            </button>
            <a class="button" href={paths.compareWith(entry.id)}>
              Compare
            </a>
            {mayEdit && (
              <button type="button" class="button" onClick={() => setOpen('edit')}>
                <Icon name="pencil" />
                Edit
              </button>
            )}
            {mayDelete && (
              <button type="button" class="button" onClick={() => setOpen('merge')}>
                Merge
              </button>
            )}
            {mayDelete && (
              <button type="button" class="button danger-quiet" onClick={() => setOpen('delete')}>
                <Icon name="trash" />
                Delete
              </button>
            )}
          </>
        )
      }
    >
      {error !== undefined && entry === undefined && <Failure error={error} onRetry={reload} />}
      {entry && (
        <>
          <Warnings warnings={warnings} />
          <About entry={entry} />
          <EntryPictures entry={entry} onChange={reload} />
          <RecentMatches id={id} />
          {open === 'edit' && (
            <EditPerson entry={entry} onSaved={showSaved} onClose={() => setOpen(undefined)} />
          )}
          {open === 'merge' && (
            <MergePerson entry={entry} onMerged={reload} onClose={() => setOpen(undefined)} />
          )}
          {open === 'delete' && <DeletePerson entry={entry} onClose={() => setOpen(undefined)} />}
        </>
      )}
    </Page>
  );
}

/** Shows what whoever must act should know. */
function About({ entry }: { entry: BlacklistRecord }) {
  const { reason, notes, suspended, expires_at } = entry;
  return (
    <section class="about" aria-label="About the person">
      {(suspended || isExpired(entry)) && (
        <Notice kind="info">
          {suspended
            ? 'Suspended: nobody matches this entry until that is taken back.'
            : `Expired: nobody has matched this entry since ${timeOf(expires_at ?? '')}. It will be erased.`}
        </Notice>
      )}
      <EntryBadges entry={entry} />
      <p class="hit-reason" dir="auto">
        {reason ?? <span class="hint">No reason given</span>}
      </p>
      {notes && (
        <p class="about-notes" dir="auto">
          {notes}
        </p>
      )}
    </section>
  );
}

function DeletePerson({ entry, onClose }: { entry: BlacklistRecord; onClose: () => void }) {
  const { name, image_count } = entry;
  const run = async () => {
    deleteLater(entry);
    go(paths.blacklist, { replace: true });
  };
  return (
    <Confirm title={`Delete ${name}?`} action={`Delete ${name}`} run={run} onClose={onClose}>
      <p>
        {name} will match no longer. The entry, {count(image_count, 'reference picture')} and all face data
        made from {image_count === 1 ? 'it' : 'them'} are removed. After ten seconds this cannot be undone.
      </p>
      <p class="hint">
        Past matches stay in the history as times and counts, without the name and without pictures.
      </p>
    </Confirm>
  );
}

function RecentMatches({ id }: { id: number }) {
  const { data, error, reload } = useLoad(
    `matches ${id}`,
    (signal) => listProcessed({ entryId: id }, { limit: recentMatches, offset: 0 }, signal),
    ['match', 'review', 'deletion'],
  );
  return (
    <section class="section" aria-labelledby="recent-matches">
      <div class="section-head">
        <h2 id="recent-matches">Recent matches</h2>
        {data && data.total_items > data.items.length && (
          <a href={historyPath(new URLSearchParams({ entry: String(id) }))}>
            All {data.total_items.toLocaleString('en')}
          </a>
        )}
      </div>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {error === undefined && data === undefined && <LoadingRows rows={2} />}
      {data?.items.length === 0 && <p class="hint">No picture that was checked has matched yet.</p>}
      {data && <ProcessedRows items={data.items} />}
    </section>
  );
}
