import { describe, expect, test } from 'vitest';
import { RecentPictures } from '../../lib/metrics/recent-pictures.ts';

const second = 1_000;
const minute = 60 * second;
/** Time of the first picture, which is not the clock's 0. */
const start = 1_234_567;

const picture = (seconds: number, faces = 2, matches = 1) => ({ seconds, faces, matches });

describe('the pictures of the last hour', () => {
  test('are none at first', () => {
    expect(new RecentPictures().throughput(start)).toEqual({
      pictures_last_minute: 0,
      pictures_last_hour: 0,
      faces_last_hour: 0,
      matches_last_hour: 0,
      median_ms: null,
    });
  });

  test('leave the minute after a minute and the hour after an hour, to five seconds', () => {
    const recent = new RecentPictures();
    recent.add(picture(0.1), start);
    recent.add(picture(0.3, 0, 0), start + 30 * second);
    recent.add(picture(0.2, 5, 0), start + 40 * second);
    const at = (passed: number) => {
      const { pictures_last_minute, pictures_last_hour, faces_last_hour, matches_last_hour, median_ms } =
        recent.throughput(start + passed);
      return [pictures_last_minute, pictures_last_hour, faces_last_hour, matches_last_hour, median_ms];
    };
    expect(at(40 * second)).toEqual([3, 3, 7, 1, 200]);
    expect(at(66 * second)).toEqual([2, 3, 7, 1, 200]);
    expect(at(106 * second)).toEqual([0, 3, 7, 1, 200]);
    expect(at(60 * minute + 6 * second)).toEqual([0, 2, 5, 0, 300]);
    expect(at(62 * minute)).toEqual([0, 0, 0, 0, null]);
  });

  test('are counted anew when the ring has come round, however many they are', () => {
    const recent = new RecentPictures();
    for (let hour = 0; hour < 3; hour++) {
      for (let count = 0; count < 3_000; count++)
        recent.add(picture(0.1), start + hour * 65 * minute + count);
    }
    const throughput = recent.throughput(start + 130 * minute + 3 * second);
    expect(throughput).toMatchObject({ pictures_last_minute: 3_000, pictures_last_hour: 3_000 });
    expect(throughput.faces_last_hour).toBe(6_000);
  });
});
