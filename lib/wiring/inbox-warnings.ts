import * as adapters from '#adapters';
import type { Config } from '../config.ts';

/** Warns of what in the inbox needs somebody, in plain words. It is for people who may read the list: folders' names are told. */
export function inboxWarnings(config: Config): Promise<string[]> {
  return adapters.inboxWarnings(config);
}
