import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ClaimedRequest,
  type Clock,
  claimMs,
  type KeptAnswers,
  keptAnswerMs,
} from '../../lib/answers/port.ts';

/** Kept answers with nothing in them. */
export interface OpenedAnswers {
  readonly answers: KeptAnswers;
  /** Does to the records what an erasure of the entry ends with. */
  erase(entryId: number): Promise<void>;
  /** Counts everything that is kept, whoever may read it. */
  size(): Promise<number>;
  remove(): Promise<void>;
}

/** Tests the promises of kept answers. */
export function keptAnswersSuite(name: string, open: (now: Clock) => Promise<OpenedAnswers>): void {
  describe(`answers kept in ${name}`, () => {
    let opened: OpenedAnswers;
    // DynamoDB removes what has expired by its own clock.
    let now = Date.now();
    beforeEach(async () => {
      opened = await open(() => now);
    });
    afterEach(() => opened.remove());

    const request = (id: string = randomUUID()): ClaimedRequest => ({
      id,
      fingerprint: 'content',
      owner: randomUUID(),
    });
    const state = async (one: ClaimedRequest) => (await opened.answers.claim(one)).state;

    test('one of many at the same moment claims a key, and the others see it run', async () => {
      const id = randomUUID();
      const states = await Promise.all(Array.from({ length: 6 }, () => state(request(id))));
      expect(states.sort()).toEqual(['claimed', ...Array(5).fill('running')]);
    });

    test('everybody after the first gets its answer, of whatever size', async () => {
      for (const size of [0, 1, 1_000_000]) {
        const first = request();
        await opened.answers.claim(first);
        // An empty answer would be one that was forgotten; sealed ones are never empty.
        const answer = new Uint8Array(size + 1).map((_, place) => place % 251);
        await opened.answers.finish(first, answer, []);
        const again = await opened.answers.claim(request(first.id));
        expect(again.state).toBe('answered');
        if (again.state === 'answered') expect(Buffer.compare(again.answer, answer)).toBe(0);
      }
    });

    test('a key is for one content, whether it is worked on or answered', async () => {
      const first = request();
      await opened.answers.claim(first);
      expect(await state({ ...request(first.id), fingerprint: 'other' })).toBe('different');
      await opened.answers.finish(first, Buffer.from('done'), []);
      expect(await state({ ...request(first.id), fingerprint: 'other' })).toBe('different');
    });

    test('a key that was given up is free again, for another content too', async () => {
      const first = request();
      await opened.answers.claim(first);
      await opened.answers.abandon(first);
      expect(await opened.size()).toBe(0);
      expect(await state({ ...request(first.id), fingerprint: 'other' })).toBe('claimed');
      // Whoever gave up can't give up or answer what is another's.
      await opened.answers.abandon(first);
      await opened.answers.finish(first, Buffer.from('late'), []);
      expect(await state({ ...request(first.id), fingerprint: 'other' })).toBe('running');
    });

    test('a claim ends with the process that had it, unless it is renewed', async () => {
      const first = request();
      await opened.answers.claim(first);
      now += claimMs - 1;
      expect(await state(request(first.id))).toBe('running');
      await opened.answers.renew(first);
      now += claimMs - 1;
      expect(await state(request(first.id))).toBe('running');
      now += 1;
      const second = request(first.id);
      expect(await state(second)).toBe('claimed');
      await opened.answers.finish(first, Buffer.from('late'), []);
      await opened.answers.renew(first);
      expect(await state(request(first.id))).toBe('running');
      await opened.answers.finish(second, Buffer.from('in time'), []);
      expect(await state(request(first.id))).toBe('answered');
    });

    test('after a day nothing is told, and nothing is kept', async () => {
      const [first, unfinished, later] = [request(), request(), request()];
      await opened.answers.claim(first);
      await opened.answers.finish(first, new Uint8Array(800_000).fill(7), [1]);
      await opened.answers.claim(unfinished);
      now += keptAnswerMs / 2;
      await opened.answers.claim(later);
      await opened.answers.finish(later, Buffer.from('later'), []);
      now += keptAnswerMs / 2 - 1;
      expect(await state(request(first.id))).toBe('answered');
      now += 1;
      expect(await opened.answers.removeExpired()).toBe(2);
      expect(await state(request(later.id))).toBe('answered');
      expect(await state({ ...request(first.id), fingerprint: 'other' })).toBe('claimed');
      now += keptAnswerMs;
      await opened.answers.removeExpired();
      expect(await opened.size()).toBe(0);
    });

    test('an expired key can be used again before it is removed', async () => {
      const first = request();
      await opened.answers.claim(first);
      await opened.answers.finish(first, Buffer.from('old'), []);
      now += keptAnswerMs;
      const second = { ...request(first.id), fingerprint: 'other' };
      expect(await state(second)).toBe('claimed');
      await opened.answers.finish(second, Buffer.from('new'), []);
      await opened.answers.removeExpired();
      expect(await opened.answers.claim({ ...second, owner: 'third' })).toMatchObject({ state: 'answered' });
    });

    test('an answer is forgotten by its key, which stays known, and what runs is left alone', async () => {
      const [told, running] = [request(), request()];
      for (const one of [told, running]) await opened.answers.claim(one);
      await opened.answers.finish(told, new Uint8Array(800_000).fill(7), [7]);
      for (const one of [told, running, request()]) await opened.answers.forget(one);
      expect(await state(request(told.id))).toBe('forgotten');
      expect(await state(request(running.id))).toBe('running');
    });

    test('an answer is forgotten with an entry that it tells of, but its key is not', async () => {
      const [about, other] = [request(), request()];
      for (const one of [about, other]) await opened.answers.claim(one);
      await opened.answers.finish(about, new Uint8Array(800_000).fill(7), [7, 8]);
      await opened.answers.finish(other, Buffer.from('other'), [77]);
      await opened.erase(8);
      expect(await state(request(about.id))).toBe('forgotten');
      expect(await state(request(other.id))).toBe('answered');
      expect(await state({ ...request(about.id), fingerprint: 'other' })).toBe('different');
    });
  });
}
