import { log } from '../log.ts';

/** Results of parts by their names; those that failed are absent. */
export type PartResults<Parts extends Readonly<Record<string, () => Promise<unknown>>>> = {
  readonly [Name in keyof Parts]?: Awaited<ReturnType<Parts[Name]>>;
};

/**
 * Does parts of the housekeeping one after the other. A part that fails is logged, and keeps no other from
 * being done.
 * @returns the results, and the errors of the parts that failed
 */
export async function eachPart<const Parts extends Readonly<Record<string, () => Promise<unknown>>>>(
  parts: Parts,
): Promise<{ readonly results: PartResults<Parts>; readonly errors: readonly unknown[] }> {
  const results: Record<string, unknown> = {};
  const errors: unknown[] = [];
  for (const [part, work] of Object.entries(parts)) {
    try {
      results[part] = await work();
    } catch (error) {
      errors.push(error);
      log().error({ err: error, part }, 'A part of the sweep failed; the next one tries it again.');
    }
  }
  return { results: results as PartResults<Parts>, errors };
}
