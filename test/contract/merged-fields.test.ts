import { describe, expect, test } from 'vitest';
import { type MergeableFields, mergedFields } from '../../lib/contract/merged-fields.ts';

const nothing = {
  ...{ reason: null, notes: null, severity: null, category: null },
  ...{ suspended: false, expires_at: null, review_at: null },
} as const;
const now = Date.parse('2026-01-01T00:00:00Z');
const [past, soon, later] = ['2025-01-01T00:00:00Z', '2026-06-01T00:00:00Z', '2027-01-01T00:00:00Z'];

/** Merges an entry "Ann" with another one. */
const merge = (into: Partial<MergeableFields>, from: Partial<MergeableFields>) =>
  mergedFields({ ...nothing, name: 'Ann', ...into }, { ...nothing, name: 'Ann', ...from }, now);

describe('an entry that another is merged into', () => {
  test('gets a reason and a category where it has none', () => {
    const from = { reason: 'ARMED.', category: 'theft' };
    expect(merge({}, from)).toEqual(from);
    expect(merge({ reason: '', category: null }, from)).toEqual(from);
    expect(merge({ reason: 'Fraud.', category: 'fraud' }, from)).toEqual({ notes: 'ARMED.\ntheft' });
  });

  test('keeps every text of both, and each once', () => {
    expect(merge({}, { name: 'Ann B', notes: 'Has a dog.\nBites.' })).toEqual({
      notes: 'Ann B\nHas a dog.\nBites.',
    });
    const into = { reason: 'No theft.', notes: 'First.\nHas a dog.\nBites.' };
    expect(merge(into, { reason: 'theft', notes: 'Has a dog.\nBites.' })).toEqual({
      notes: 'First.\nHas a dog.\nBites.\ntheft',
    });
  });

  test('gets the graver severity, and no lighter one', () => {
    const severities = [null, 'info', 'warning', 'danger'] as const;
    for (const [index, severity] of severities.entries()) {
      const graver = severities.slice(index + 1);
      for (const other of severities) {
        const expected = graver.includes(other) ? { severity: other } : {};
        expect(merge({ severity }, { severity: other }), `${severity} and ${other}`).toEqual(expected);
      }
    }
  });

  test('ends as late as either, and is reviewed as early', () => {
    expect(merge({ expires_at: soon }, { expires_at: later })).toEqual({ expires_at: later });
    expect(merge({ expires_at: soon }, {})).toEqual({ expires_at: null });
    expect(merge({ expires_at: later }, { expires_at: soon })).toEqual({});
    expect(merge({}, { expires_at: soon })).toEqual({});
    expect(merge({}, { review_at: later })).toEqual({ review_at: later });
    expect(merge({ review_at: later }, { review_at: soon })).toEqual({ review_at: soon });
    expect(merge({ review_at: soon }, { review_at: later })).toEqual({});
  });

  test('is in force if either was', () => {
    expect(merge({ suspended: true }, {})).toEqual({ suspended: false });
    expect(merge({}, { suspended: true })).toEqual({});
    expect(merge({ suspended: true }, { suspended: true })).toEqual({});
    // Nobody matched the other one either.
    expect(merge({ suspended: true }, { expires_at: past })).toEqual({});
  });

  test('gets nothing by a merge that is repeated', () => {
    const from: Partial<MergeableFields> = {
      ...{ name: 'Ann B', reason: 'ARMED.', notes: 'Two\nlines.', category: 'theft' },
      severity: 'danger',
      ...{ expires_at: later, review_at: soon },
    };
    const into = { reason: 'Fraud.', category: 'fraud', suspended: true, expires_at: soon };
    const once = merge(into, from);
    expect(Object.keys(once)).toHaveLength(5);
    expect(merge({ ...into, ...once }, from)).toEqual({});
  });
});
