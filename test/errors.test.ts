import { expect, test } from 'vitest';
import { VersionConflictError } from '../lib/errors.ts';

test('a conflict says of which entry it tells, whoever changed it, and if nobody did', () => {
  const entry = { id: 7, version: 2, updatedBy: null, updatedDate: null };
  expect(new VersionConflictError(entry).message).toMatch(/^Entry 7 has version 2, not the one /);
  const changed = { ...entry, updatedBy: 'ada', updatedDate: '2026-05-04T09:30:00.000Z' };
  expect(new VersionConflictError(changed).message).toMatch(
    /^Entry 7 was changed by ada at 2026-05-04T09:30:00\.000Z\. It has version 2, not /,
  );
});
