import { closestSetting } from '#closest-setting';

/** Settings that have no effect without another one. */
const companions: Readonly<Record<string, string>> = {
  WEBHOOK_SECRET: 'WEBHOOK_URL',
  MODEL_CHANNELS: 'MODEL_PATH',
  MODEL_MEAN: 'MODEL_PATH',
  MODEL_SCALE: 'MODEL_PATH',
  MODEL_THRESHOLD: 'MODEL_PATH',
  MODEL_CALIBRATION: 'MODEL_PATH',
};

/** Names of variables that other programs of this repository read. */
const otherNames = ['REKOGNITION_PORT', 'REKOGNITION_DATA_DIR'];

/**
 * Warns of variables whose names are nearly those of settings, and of settings that have no effect without
 * another one. The warnings repeat no value.
 * @param settings names of all settings
 */
export function settingWarnings(
  environment: Readonly<Record<string, string | undefined>>,
  settings: readonly string[],
): string[] {
  const names = [...settings, ...otherNames];
  const isSet = (name: string) => Boolean(environment[name]?.trim());
  return Object.keys(environment)
    .filter(isSet)
    .flatMap((name) => {
      const meant = closestSetting(name, names);
      if (meant !== undefined) return `${name} is no setting, and does nothing. Is ${meant} meant?`;
      const companion = companions[name];
      const isIdle = companion !== undefined && !isSet(companion);
      return isIdle ? `${name} does nothing where ${companion} is not set.` : [];
    });
}
