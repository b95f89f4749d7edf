import type * as contract from '../../../../lib/contract/shapes.ts';

/** What `pictures` and `verify` bring; replaced by the contract's own types when they are there. */
export interface ReferenceImage {
  id: string;
  entry_id: number;
  file_name: string | null;
  added_date: string;
  size_bytes: number | null;
  width: number | null;
  height: number | null;
  face: contract.Box | null;
  quality: {
    brightness: number;
    sharpness: number;
    pose: { roll: number; yaw: number; pitch: number };
  } | null;
  url: string;
}
export type BlacklistMatch = contract.BlacklistMatch & { image_id: string };
export type DetectedFace = Omit<contract.DetectedFace, 'blacklist_matches'> & {
  blacklist_matches: BlacklistMatch[];
  candidates: BlacklistMatch[] | null;
};
export type ImageProcessingResult = Omit<contract.ImageProcessingResult, 'faces'> & { faces: DetectedFace[] };
export type PaginatedProcessedImages = Omit<contract.PaginatedProcessedImages, 'items'> & {
  items: ImageProcessingResult[];
};
