import type { BlacklistRecord } from '../../../../lib/contract/shapes.ts';
import { coverPath } from '../api/endpoints.ts';
import { NoPicture, ServicePicture } from './picture.tsx';

/** Shows a listed person by one of the reference pictures. */
export function Cover({
  entry: { id, image_count },
  alt,
}: {
  entry: Pick<BlacklistRecord, 'id' | 'image_count'>;
  alt: string;
}) {
  return image_count === 0 ? <NoPicture alt={alt} /> : <ServicePicture path={coverPath(id)} alt={alt} />;
}
