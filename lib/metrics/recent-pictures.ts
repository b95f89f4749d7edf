import type { Throughput } from '../contract/endpoints/status.ts';
import type { WorkedPicture } from './port.ts';

const bucketMs = 5_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Number of buckets of an hour, and one for the current, incomplete bucket. */
const bucketCount = hourMs / bucketMs + 1;
/** The times of so many pictures are kept, the newest: the median of more would be no better. */
const maxTimes = 1_000;

interface Bucket {
  /** Which one since the clock began. */
  number: number;
  pictures: number;
  faces: number;
  matches: number;
}

/** Counts of the last hour's pictures in buckets of five seconds. The ring buffer has a fixed size. */
export class RecentPictures {
  readonly #buckets: Bucket[] = Array.from({ length: bucketCount }, () => emptyBucket(Number.NaN));
  readonly #ended = new Float64Array(maxTimes).fill(Number.NEGATIVE_INFINITY);
  readonly #took = new Float64Array(maxTimes);
  #next = 0;

  /** @param now milliseconds of a clock that never goes back; the same goes for `throughput`. */
  add({ faces, matches, seconds }: Omit<WorkedPicture, 'source'>, now = performance.now()): void {
    const number = Math.floor(now / bucketMs);
    const place = number % bucketCount;
    if (this.#buckets[place]?.number !== number) this.#buckets[place] = emptyBucket(number);
    const bucket = this.#buckets[place] as Bucket;
    bucket.pictures++;
    bucket.faces += faces;
    bucket.matches += matches;
    this.#ended[this.#next] = now;
    this.#took[this.#next] = 1000 * seconds;
    this.#next = (this.#next + 1) % maxTimes;
  }

  throughput(now = performance.now()): Throughput {
    const since = (span: number) =>
      this.#buckets.filter(({ number }) => number > Math.floor(now / bucketMs) - span / bucketMs);
    const sum = (buckets: readonly Bucket[], of: 'pictures' | 'faces' | 'matches') =>
      buckets.reduce((total, bucket) => total + bucket[of], 0);
    const hour = since(hourMs);
    return {
      pictures_last_minute: sum(since(minuteMs), 'pictures'),
      pictures_last_hour: sum(hour, 'pictures'),
      faces_last_hour: sum(hour, 'faces'),
      matches_last_hour: sum(hour, 'matches'),
      median_ms: median(this.#took.filter((_, index) => (this.#ended[index] as number) > now - hourMs)),
    };
  }
}

function emptyBucket(number: number): Bucket {
  return { number, pictures: 0, faces: 0, matches: 0 };
}

/** Returns the median, rounded to one decimal; null without values. */
function median(values: Float64Array): number | null {
  const middle = values.toSorted()[Math.floor(values.length / 2)];
  return middle === undefined ? null : Math.round(10 * middle) / 10;
}
