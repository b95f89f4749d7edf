import type { ImageProcessingResult } from '../../../../lib/contract/shapes.ts';
import { headlineOf } from './verdict-words.ts';
import { hitsOf, judgePicture, reviewOf } from './verdicts.ts';

const columns = [
  'number',
  'time',
  'source',
  'reference',
  'faces',
  'verdict',
  'people',
  'similarity',
  'reviews',
];

/** Returns a picture's line of CSV, or the line of the columns' names. */
export function csvOf(result: ImageProcessingResult | undefined): string {
  if (result === undefined) return columns.join(',');
  const hits = hitsOf(judgePicture(result)).map(({ comparison }) => comparison);
  return csvLine([
    String(result.db_id ?? ''),
    result.processing_timestamp ?? '',
    result.source ?? '',
    result.reference ?? '',
    String(result.faces.length),
    result.verdict ?? headlineOf(result).tone,
    hits.map(({ entry }) => entry.name).join('; '),
    hits.map(({ best }) => best.similarity.toFixed(1)).join('; '),
    hits.map((hit) => reviewOf(hit)?.verdict ?? 'open').join('; '),
  ]);
}

/** Returns cells as a line of CSV. */
export function csvLine(cells: readonly string[]): string {
  return cells.map(cellOf).join(',');
}

/** Quotes a cell. A spreadsheet would run a text that begins like a formula. */
function cellOf(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n;']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
