import type { closestSetting as closestSettingOfAll } from './closest-setting.ts';

/**
 * Finds nothing, to keep the search out of a function's bundle: the stack sets its environment, without
 * typing errors.
 */
export const closestSetting: typeof closestSettingOfAll = () => undefined;
