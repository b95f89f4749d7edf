import * as adapters from '#adapters';
import type { Config } from '../config.ts';

/**
 * What somebody should know of the inbox, or mend, in plain words. For people who may read the list: folders' names are told.
 */
export function inboxWarnings(config: Config): Promise<string[]> {
  return adapters.inboxWarnings(config);
}
