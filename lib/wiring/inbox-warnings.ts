import * as adapters from '#adapters';
import type { Config } from '../config.ts';

/**
 * Returns warnings about the inbox in plain words. They contain folder names, so that only people who may
 * read the list may see them.
 */
export function inboxWarnings(config: Config): Promise<string[]> {
  return adapters.inboxWarnings(config);
}
