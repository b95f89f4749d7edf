import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { RefusedError } from '../api/client.ts';
import { getProcessed, getStatus, processedImagePath } from '../api/endpoints.ts';
import { useLoad } from '../load.ts';
import { count, sourceOf, timeOf } from '../model/words.ts';
import { paths } from '../routes.ts';
import { Page } from '../ui/page.tsx';
import { useWholePicture } from '../ui/picture.tsx';
import { MatchBadges } from '../ui/processed-rows.tsx';
import { Fact, useSize } from '../ui/reference-picture.tsx';
import { Results } from '../ui/results.tsx';
import { Empty, Failure, Notice } from '../ui/states.tsx';
import { Warnings } from '../ui/warnings.tsx';

const back = { href: paths.history, label: 'History' };

/** Shows one processed picture with all that is known of it. */
export function ProcessedPage({ id }: { id: number }) {
  const { data, error, reload } = useLoad(`processed ${id}`, (signal) => getProcessed(id, signal));
  if (error instanceof RefusedError && error.status === 404) {
    return (
      <Page title="Not in the history" back={back}>
        <Empty icon="history" title="There is no such picture">
          <p>It was never kept, or the address is wrong.</p>
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title={data ? timeOf(data.processing_timestamp ?? '') : error === undefined ? undefined : 'Picture'}
      back={back}
      lead={data && <MatchBadges item={data} />}
    >
      {error !== undefined && data === undefined && <Failure error={error} onRetry={reload} />}
      {data && <Details item={data} id={id} />}
    </Page>
  );
}

function Details({ item, id }: { item: ImageProcessingResult; id: number }) {
  const { url, failed } = useWholePicture(
    // Pictures taken over from another service have only the annotated copy.
    item.error === null
      ? processedImagePath(id, item.original_image_path === null ? 'annotated' : 'original')
      : undefined,
  );
  const size = useSize(url);
  const status = useLoad('status', getStatus);
  const [best] = item.faces.flatMap((face) => face.blacklist_matches);
  return (
    <>
      {item.error !== null && <Notice kind="warning">{item.error}</Notice>}
      <Warnings warnings={item.warnings} />
      {status.error !== undefined && status.data === undefined && (
        <Failure error={status.error} onRetry={status.reload} />
      )}
      {item.error === null && (
        <section aria-labelledby="faces">
          <h2 class="visually-hidden" id="faces">
            Faces
          </h2>
          <Results
            faces={item.faces}
            isComing={!failed && size === undefined}
            picture={url && size ? { url, size } : undefined}
            alt="The picture that was checked"
            status={status.data}
            threshold={undefined}
          />
        </section>
      )}
      <section class="section" aria-labelledby="details">
        <h2 id="details">Details</h2>
        <dl class="facts-list">
          <Fact name="Number" value={String(id)} />
          <Fact name="Source" value={sourceOf(item.image_path_or_identifier)} />
          <Fact name="Faces" value={count(item.faces.length, 'face')} />
          {best && <Fact name="Model" value={best.model} />}
          {best && <Fact name="Detector" value={best.detector_backend} />}
          {best && <Fact name="Measure" value={best.similarity_metric} />}
        </dl>
        {item.saved_image_path !== null && (
          <dl class="facts-list">
            <Fact name="Kept at" value={item.saved_image_path} isLong />
          </dl>
        )}
      </section>
    </>
  );
}
