import { useState } from 'preact/hooks';
import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { useLacks, useMay } from '../api/caller.ts';
import { errorMessage, isGone } from '../api/client.ts';
import {
  deleteProcessed,
  getProcessed,
  getStatus,
  listProcessed,
  processedImagePath,
} from '../api/endpoints.ts';
import { timeOf } from '../format.ts';
import { useLoad } from '../load.ts';
import { sourceOf, sourceWords } from '../model/words.ts';
import { notify } from '../notices.ts';
import { toReview } from '../open-matches.ts';
import { go, historyShown, paths } from '../routes.ts';
import { useStore } from '../store.ts';
import { texts } from '../texts.ts';
import { Confirm } from '../ui/dialog.tsx';
import { Fact } from '../ui/fact.tsx';
import { Icon } from '../ui/icon.tsx';
import { useVerdictInSight } from '../ui/in-sight.ts';
import { Page } from '../ui/page.tsx';
import { useWholePicture } from '../ui/picture.tsx';
import { Results } from '../ui/results.tsx';
import { Empty, Failure } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';
import { useFates } from '../use-fates.ts';

/** Shows one processed picture with all that is known of it. */
export function ProcessedPage({ id }: { id: number }) {
  const historyBefore = { href: useStore(historyShown), label: texts.history.title };
  const back = useLacks('desk') ? { href: paths.check, label: texts.checking.title } : historyBefore;
  const { data, error, reload, show } = useLoad(`processed ${id}`, (signal) => getProcessed(id, signal), [
    'review',
    'deletion',
    'entry',
  ]);
  if (isGone(error)) {
    return (
      <Page title={texts.history.notInHistory} back={back}>
        <Empty icon="history" title={texts.history.noSuchPicture}>
          <p>{texts.history.neverKept}</p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={
        data
          ? timeOf(data.processing_timestamp ?? '')
          : error === undefined
            ? undefined
            : texts.history.picture
      }
      back={back}
      isCompact
    >
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data && <Details key={id} item={data} id={id} onChange={show} />}
    </Page>
  );
}

/** Leads to the next older picture that waits for a judgement, and from the oldest to the newest. */
async function goToNext(id: number): Promise<void> {
  const newestOpen = async (beforeId?: number) =>
    (await listProcessed({ review: 'open', beforeId }, { limit: 1, offset: 0 })).items[0]?.db_id;
  try {
    const found = (await newestOpen(id)) ?? (await newestOpen());
    const next = found === id ? undefined : found;
    if (next == null) notify(texts.history.nothingElse);
    else go(paths.processed(next));
  } catch (error) {
    notify(errorMessage(error), { isFailure: true });
  }
}

/** Finds the kept picture. One from another service is the annotated copy alone; an erased one is none. */
function pathOfPicture({ original_image_path, saved_image_path }: ImageProcessingResult, id: number) {
  if (original_image_path !== null) return processedImagePath(id, 'original');
  return saved_image_path === null ? undefined : processedImagePath(id, 'annotated');
}

interface DetailsProps {
  readonly item: ImageProcessingResult;
  readonly id: number;
  /** Called with the picture as it is now. */
  readonly onChange: (item: ImageProcessingResult) => void;
}

function Details({ item, id, onChange }: DetailsProps) {
  const { result, fates } = useFates(item);
  const path = pathOfPicture(item, id);
  const { url, size, failed } = useWholePicture(path);
  const status = useLoad('status', getStatus);
  useVerdictInSight(id, result !== undefined);
  return (
    <>
      <Results
        result={result}
        comingText={texts.frame.loading}
        picture={path === undefined || failed ? null : url && size ? { url, size } : undefined}
        alt={texts.history.pictureChecked}
        status={status.data}
        fates={fates}
        onReviewed={onChange}
      />
      <Warnings warnings={item.warnings} />
      <Actions id={id} />
      <Facts item={item} id={id} />
    </>
  );
}

function Actions({ id }: { id: number }) {
  const mayDelete = useMay('admin');
  const mayReview = useMay('desk');
  const open = useStore(toReview);
  const [isDeleting, setDeleting] = useState(false);
  return (
    <>
      <div class="actions">
        {mayReview && open !== undefined && open > 0 && (
          <button type="button" class="button" onClick={() => void goToNext(id)}>
            {texts.history.nextToReview}
          </button>
        )}
        <button type="button" class="button" onClick={() => print()}>
          {texts.frame.print}
        </button>
        {mayDelete && (
          <button type="button" class="button danger-quiet" onClick={() => setDeleting(true)}>
            <Icon name="trash" />
            {texts.history.deleteFromHistory}
          </button>
        )}
      </div>
      {isDeleting && (
        <Confirm
          title={texts.history.deleteThis}
          action={texts.history.deletePicture}
          run={async () => {
            await deleteProcessed(id);
            go(paths.history, { replace: true });
          }}
          onClose={() => setDeleting(false)}
        >
          <p>{texts.history.deleteThisMeans}</p>
        </Confirm>
      )}
    </>
  );
}

function Facts({ item, id }: { item: ImageProcessingResult; id: number }) {
  const { processing_timestamp: time, source, reference, faces, saved_image_path } = item;
  const [best] = faces.flatMap((face) => face.blacklist_matches);
  return (
    <section class="section" aria-labelledby="details">
      <h2 id="details">{texts.history.details}</h2>
      <dl class="facts-list">
        {time && <Fact name={texts.history.when} value={timeOf(time)} />}
        <Fact name={texts.history.number} value={String(id)} />
        <Fact name={texts.history.cameFrom} value={sourceOf(item.image_path_or_identifier)} />
        {source && <Fact name={texts.history.source} value={sourceWords(source)} />}
        {reference && <Fact name={texts.history.reference} value={reference} />}
        <Fact name={texts.history.facesFact} value={texts.history.faces(faces.length)} />
        {best && <Fact name={texts.history.model} value={best.model} />}
        {best && <Fact name={texts.history.detector} value={best.detector_backend} />}
        {best && <Fact name={texts.history.measure} value={best.similarity_metric} />}
      </dl>
      {saved_image_path !== null && (
        <dl class="facts-list">
          <Fact name={texts.history.keptAt} value={saved_image_path} isLong />
        </dl>
      )}
    </section>
  );
}
