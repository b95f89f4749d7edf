import { expect, test } from 'vitest';
import { parseConfig } from '../../lib/config.ts';
import { type Status, statusContract } from '../../lib/contract/endpoints/status.ts';
import { limitedStatus } from '../../lib/service/limited-status.ts';

test('who may not read the list learns neither entries nor folders from the state', () => {
  const config = parseConfig({ DATA_DIR: '/srv/secret', CROPPED_FACES_OUTPUT_DIR: '/mnt/crops' });
  const example = statusContract.success.example as Status;
  const told = limitedStatus(
    {
      ...example,
      health: { status: 'failing', detail: 'The folder /srv/secret/processed can not be written.' },
      reviews: {
        ...example.reviews,
        by_entry: [{ entry_id: 7, confirmed: 1, unsure: 0, rejected: 9, rejected_share: 0.9 }],
      },
      warnings: [
        'The disk that /srv/secret is on is nearly full.',
        'The disk that /mnt/crops is on is nearly full.',
        'The pictures of entry 7 accuse strangers.',
        'The pictures of entry 12 accuse strangers.',
      ],
    },
    config,
  );
  expect(told).toMatchObject({
    health: { detail: 'The folder PROCESSED_IMAGES_OUTPUT_DIR can not be written.' },
    reviews: { by_entry: [], rejected: example.reviews.rejected },
    warnings: [
      'The disk that DATA_DIR is on is nearly full.',
      'The disk that CROPPED_FACES_OUTPUT_DIR is on is nearly full.',
      'The pictures of an entry accuse strangers.',
    ],
    counts: example.counts,
  });
});
