import type { RecordStore } from '../records/port.ts';

/** Uploads of the last day that look like none of their entry's other pictures, known to this process. */

const keptMs = 24 * 60 * 60_000;
const maxKept = 1_000;
/** Images by their ids, the oldest first. */
const noted = new Map<string, { readonly entryId: number; readonly at: number }>();

/** Notes an upload, for the status. */
export function noteUnlikeUpload({
  entryId,
  imageId,
}: {
  readonly entryId: number;
  readonly imageId: string;
}): void {
  noted.set(imageId, { entryId, at: performance.now() });
  for (const [id, { at }] of noted)
    if (noted.size > maxKept || performance.now() - at > keptMs) noted.delete(id);
}

/**
 * Warns of the noted uploads that are still there.
 * @throws BackendUnavailableError, ThrottledError
 */
export async function unlikeUploadsWarning(
  records: Pick<RecordStore, 'getImages'>,
  now = performance.now(),
): Promise<string | undefined> {
  const recent = [...noted].filter(([, { at }]) => now - at <= keptMs).map(([id]) => id);
  if (recent.length === 0) return undefined;
  const images = [...(await records.getImages(recent)).values()].filter(({ status }) => status === 'ACTIVE');
  if (images.length === 0) return undefined;
  const entries = [...new Set(images.map(({ entryId }) => entryId))].sort((one, other) => one - other);
  const shown = entries.slice(0, 10).join(', ');
  const rest = entries.length > 10 ? ', …' : '';
  return (
    `From the inbox came ${images.length === 1 ? 'a picture that looks' : `${images.length} pictures that look`} like none of the person's others, since yesterday: ` +
    `${entries.length === 1 ? 'entry' : 'entries'} ${shown}${rest}. Delete what shows somebody else.`
  );
}
