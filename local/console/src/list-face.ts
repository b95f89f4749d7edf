import type { Box } from '../../../lib/contract/shapes.ts';
import { decode } from './api/pictures.ts';
import { cutFaceOf } from './api/prepare.ts';
import { addFiles, type Draft } from './draft.ts';

/**
 * Puts one face of a picture into a draft. Other faces are left out of it.
 * @param url `blob:` address of the picture. Its bytes can't be fetched, for the page's policy forbids that.
 */
export async function listFace(draft: Draft, url: string, face: Box, others: readonly Box[]): Promise<void> {
  addFiles(draft, [await cutFaceOf(await decode(url), 'checked.jpg', face, others)], undefined);
}
