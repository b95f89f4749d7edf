import { expect, test } from 'vitest';
import { linesAfter, serviceFacts } from '../../lib/audit/chain.ts';
import type { AuditFacts } from '../../lib/audit/port.ts';
import { operations } from '../../lib/contract/api.ts';
import { specialActions } from '../../lib/contract/audit-actions.ts';
import { RequestInvalidError } from '../../lib/errors.ts';
import { recentEvents } from '../../lib/service/recent-events.ts';

/** Events of the lines of requests that went well. */
async function eventsOf(actions: readonly string[], target: Partial<AuditFacts>) {
  const facts = actions.map((action) => {
    return { ...serviceFacts('ada', action), requestId: 'r1', outcome: 200, ...target };
  });
  const items = linesAfter({ sequence: 0, hash: '' }, 'main', facts).toReversed();
  const trail = { list: async () => ({ items, next: null }) };
  const records = { getProcessedAmong: async () => new Map() };
  return (await recentEvents({ trail, records }, '0_none_0')).events;
}

test('whatever changes an entry is an event, a merge too', async () => {
  const changing = operations.filter(
    ({ method, role, path }) =>
      method !== 'GET' && ['editor', 'admin'].includes(role) && path.includes('/blacklist/'),
  );
  const others = ['lookBack', 'createEntryUpload'];
  const actions = [...changing.map(({ operationId }) => operationId), ...specialActions];
  const told = actions.filter((action) => !others.includes(action));
  expect(told).toContain('mergeEntry');
  expect((await eventsOf(actions, { entryId: 7 })).map(({ type }) => type)).toEqual(told.map(() => 'entry'));
});

test('more pictures than are looked up may have matches among them, so the answer is not complete', async () => {
  const found = async (count: number) => {
    const facts = Array.from({ length: count }, (_, index) => ({
      ...{
        ...serviceFacts('ada', 'processImages'),
        requestId: `r${index}`,
        outcome: 200,
        pictureId: index + 1,
      },
    }));
    const items = linesAfter({ sequence: 0, hash: '' }, 'main', facts).toReversed();
    const getProcessedAmong = async (ids: readonly number[]) => {
      expect(ids.length).toBeLessThanOrEqual(100);
      return new Map();
    };
    const trail = { list: async () => ({ items, next: null }) };
    return recentEvents({ trail, records: { getProcessedAmong } }, '0_none_0');
  };
  expect(await found(100)).toMatchObject({ is_complete: true });
  const many = await found(101);
  expect(many).toMatchObject({ is_complete: false });
  expect(many.events).toHaveLength(101);
});

test('an event that the trail has not leads to its newest, and others may be lost with it', async () => {
  const facts = ['one', 'two'].map((requestId) => {
    return { ...serviceFacts('ada', 'patchEntry'), requestId, outcome: 200, entryId: 7 };
  });
  const items = linesAfter({ sequence: 0, hash: '' }, 'main', facts).toReversed();
  const trail = {
    list: async ({ limit, since }: { limit: number; since?: Date }) => {
      const found = items.filter(({ time }) => since === undefined || Date.parse(time) >= since.getTime());
      return { items: found.slice(0, limit), next: null };
    },
  };
  const ask = (after?: string) => recentEvents({ trail, records: {} } as never, after);
  const { last } = await ask();
  expect(await ask(last)).toEqual({ events: [], last, is_complete: true });
  const now = Date.now();
  // Such as before a backup was put back, or by somebody who made it up.
  for (const after of [`${now}_main_999999`, `${now + 60_000}_main_3`, `${now + 3_600_000}_x_1`]) {
    expect(await ask(after)).toMatchObject({ last, is_complete: false });
  }
  expect(await ask('1_none_1')).toMatchObject({ events: [{}, {}], last, is_complete: false });
});

test.each([
  'x',
  '',
  '1_main',
  '1_main_1.5',
  '-1_main_1',
  'eyJtYWluIjo3fQ',
  `${2 ** 53}_main_1`,
  '9'.repeat(15),
])('the place %j is refused', async (after) => {
  const sources = { trail: { list: () => Promise.reject() }, records: {} } as never;
  const place = /^\d{15}$/.test(after) ? `${after}_main_1` : after;
  await expect(recentEvents(sources, place)).rejects.toThrow(RequestInvalidError);
});
