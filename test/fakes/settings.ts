import { type Config, parseConfig } from '../../lib/config.ts';

/**
 * Settings for use cases: the defaults, without near misses. A test spreads them and changes what it is
 * about, so that a new setting changes no test.
 */
export const defaultSettings: Config = { ...parseConfig({}), reviewBand: 1 };
