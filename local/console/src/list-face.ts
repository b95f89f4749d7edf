import type { Box } from '../../../lib/contract/shapes.ts';
import { cutFace } from './api/prepare.ts';
import { addFiles, type Draft } from './draft.ts';

/**
 * Puts one face of a picture into a draft. Other faces are left out of it.
 * @param url `blob:` address of the picture
 */
export async function listFace(draft: Draft, url: string, face: Box, others: readonly Box[]): Promise<void> {
  const blob = await (await fetch(url)).blob();
  const picture = new File([blob], 'checked.jpg', { type: blob.type });
  addFiles(draft, [await cutFace(picture, face, others)], undefined);
}
