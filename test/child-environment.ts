/**
 * Environment of the programs that tests start: none of the tests' own settings, but what lets them start
 * sooner.
 */
export const childEnvironment = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  NODE_OPTIONS: process.env.NODE_OPTIONS,
  NETWORK_ANSWERS: process.env.NETWORK_ANSWERS,
};
