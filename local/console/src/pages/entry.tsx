import { useEffect, useState } from 'preact/hooks';
import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { useMay } from '../api/caller.ts';
import { isGone } from '../api/client.ts';
import { getEntry, listProcessed } from '../api/endpoints.ts';
import { deleteLater, deleting } from '../deletions.ts';
import { dateOf, timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { isExpired } from '../model/person.ts';
import { go, historyPath, paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Confirm } from '../ui/dialog.tsx';
import { EditPerson } from '../ui/edit-person.tsx';
import { EntryBadges } from '../ui/entry-badges.tsx';
import { EntryPictures } from '../ui/entry-pictures.tsx';
import { Icon } from '../ui/icon.tsx';
import { LeftPictures } from '../ui/left-pictures.tsx';
import { MergePerson } from '../ui/merge-person.tsx';
import { goOn, MergedHere } from '../ui/merged-here.tsx';
import { Page } from '../ui/page.tsx';
import { LoadingRows, ProcessedRows } from '../ui/processed-rows.tsx';
import { Empty, Failure, Notice } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';

const recentMatches = 6;

const back = () => ({ href: paths.blacklist, label: texts.people.title });

export function EntryPage({ id }: { id: number }) {
  const { data: entry, error, reload } = useLoad(`entry ${id}`, (signal) => getEntry(id, signal), ['entry']);
  const [open, setOpen] = useState<EntryDialog>();
  const isDeleting = useStore(deleting).has(id);
  const [warnings, setWarnings] = useState<readonly string[] | null>(null);
  const showSaved = (saved: BlacklistRecord) => {
    setWarnings(saved.warnings);
    reload();
  };
  const gone = isGone(error) ? error : undefined;
  if (isDeleting) return <NotListed />;
  // The page keeps a text that somebody is writing.
  if (gone && !(entry && open === 'edit')) {
    return <MergedOrNotListed id={id} name={entry?.name} mergedInto={gone.mergedInto} />;
  }
  return (
    <Page
      title={entry?.name ?? (error === undefined ? undefined : texts.people.person)}
      back={back()}
      lead={entry && <span class="hint">{originOf(entry)}</span>}
      actions={entry && <Actions id={id} onOpen={setOpen} />}
    >
      {error !== undefined && entry === undefined && <Failure error={error} onRetry={reload} />}
      {entry && (
        <>
          <MergedHere entry={entry} />
          <Warnings warnings={warnings} />
          <About entry={entry} />
          <EntryPictures entry={entry} onChange={reload} />
          <RecentMatches id={id} />
          {open === 'edit' && (
            <EditPerson
              entry={entry}
              isGone={gone !== undefined}
              onSaved={showSaved}
              onClose={() => setOpen(undefined)}
            />
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

type EntryDialog = 'edit' | 'delete' | 'merge';

function Actions({ id, onOpen }: { id: number; onOpen: (dialog: EntryDialog) => void }) {
  const mayEdit = useMay('editor');
  const mayDelete = useMay('admin');
  return (
    <>
      <button type="button" class="button" onClick={() => print()}>
        {texts.frame.print}
      </button>
      <a class="button" href={paths.compareWith(id)}>
        {texts.checking.compare}
      </a>
      {mayEdit && (
        <button type="button" class="button" onClick={() => onOpen('edit')}>
          <Icon name="pencil" />
          {texts.people.edit}
        </button>
      )}
      {mayDelete && (
        <button type="button" class="button" onClick={() => onOpen('merge')}>
          {texts.people.merge}
        </button>
      )}
      {mayDelete && (
        <button type="button" class="button danger-quiet" onClick={() => onOpen('delete')}>
          <Icon name="trash" />
          {texts.people.delete}
        </button>
      )}
    </>
  );
}

interface GoneProps {
  readonly id: number;
  /** Name that the page showed; undefined if it never did. */
  readonly name: string | undefined;
  readonly mergedInto: number | undefined;
}

/** Goes on to the entry that stays, where this one was merged. */
function MergedOrNotListed({ id, name, mergedInto }: GoneProps) {
  useEffect(() => {
    if (mergedInto !== undefined) goOn({ id, name }, mergedInto);
  }, [mergedInto]);
  return mergedInto === undefined ? <NotListed id={id} /> : null;
}

function NotListed({ id }: { id?: number }) {
  return (
    <Page title={texts.people.notListed} back={back()}>
      <Empty icon="people" title={texts.people.nobodyHere}>
        <p>{texts.people.wasDeleted}</p>
        <a class="button" href={paths.blacklist}>
          {texts.people.toTheList}
        </a>
      </Empty>
      {id !== undefined && <LeftPictures entryId={id} />}
    </Page>
  );
}

/** Tells since when somebody is listed, and who changed the entry last. */
function originOf({ id, added_date, added_by, updated_date, updated_by }: BlacklistRecord): string {
  const { listedSince, listedSinceBy, changed, changedBy } = texts.people;
  const since = dateOf(added_date);
  const listed = added_by ? listedSinceBy(since, added_by) : listedSince(since);
  const parts = [listed, texts.frame.numberOf(String(id))];
  if (updated_date) {
    const time = timeOf(updated_date);
    parts.push(updated_by ? changedBy(time, updated_by) : changed(time));
  }
  return parts.join(' · ');
}

/** Shows what whoever must act should know. */
function About({ entry }: { entry: BlacklistRecord }) {
  const { reason, notes, suspended, expires_at } = entry;
  return (
    <section class="about" aria-label={texts.people.about}>
      {(suspended || isExpired(entry)) && (
        <Notice kind="info">
          {suspended ? texts.people.suspendedNotice : texts.people.expiredNotice(timeOf(expires_at ?? ''))}
        </Notice>
      )}
      <EntryBadges entry={entry} />
      <p class="hit-reason" dir="auto">
        {reason ?? <span class="hint">{texts.people.noReason}</span>}
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
    go(paths.blacklist, { replace: true });
    deleteLater(entry);
  };
  return (
    <Confirm
      title={texts.people.deleteWhom(name)}
      action={texts.people.deletePerson(name)}
      run={run}
      onClose={onClose}
    >
      <p>{texts.people.deleteMeans(name, image_count)}</p>
      <p class="hint">{texts.people.pastMatchesStay}</p>
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
        <h2 id="recent-matches">{texts.people.recentMatches}</h2>
        {data && data.total_items > data.items.length && (
          <a href={historyPath(new URLSearchParams({ entry: String(id) }))}>
            {texts.people.allMatches(data.total_items)}
          </a>
        )}
      </div>
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {error === undefined && data === undefined && <LoadingRows rows={2} />}
      {data?.items.length === 0 && <p class="hint">{texts.people.noMatchYet}</p>}
      {data && <ProcessedRows items={data.items} />}
    </section>
  );
}
