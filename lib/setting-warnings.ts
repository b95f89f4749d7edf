import { closestSetting } from '#closest-setting';
import { oldThreshold } from './old-settings.ts';

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
const otherNames = [
  'REKOGNITION_PORT',
  'REKOGNITION_HOST',
  'REKOGNITION_DATA_DIR',
  'REKOGNITION_CONSISTENCY_MS',
];

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

/** Names that belong to other programs which read the same file. */
const otherPrograms = /^(AWS|COMPOSE|DOCKER|NODE|NPM|npm)_|^(PATH|HOME|TZ|LANG|LC_ALL|DEBUG)$/;

/**
 * Warns of the names in a settings file that are no settings and resemble none. A setting of another service
 * is not passed over in silence.
 */
export function unknownNames(names: readonly string[], settings: readonly string[]): string[] {
  const known = [...settings, ...otherNames, oldThreshold];
  const unknown = names.filter(
    (name) => !known.includes(name) && !otherPrograms.test(name) && closestSetting(name, known) === undefined,
  );
  if (unknown.length === 0) return [];
  const [are, have] = unknown.length === 1 ? ['is no setting', 'does'] : ['are no settings', 'do'];
  return [`In .env, ${unknown.join(', ')} ${are} of this service, and ${have} nothing.`];
}
