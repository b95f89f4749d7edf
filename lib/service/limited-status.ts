import type { Config } from '../config.ts';
import type { Status } from '../contract/endpoints/status.ts';

/**
 * Takes out of a state what only those may know who may read the list: which entries there are, and where
 * this service keeps its files. Its `warnings` must have been made without folders of the inbox, whose names
 * are people's.
 */
export function limitedStatus<Given extends Omit<Status, 'caller'>>(status: Given, config: Config): Given {
  const { health } = status;
  return {
    ...status,
    health: { ...health, detail: health.detail && withoutPlaces(health.detail, config) },
    reviews: { ...status.reviews, by_entry: [] },
    warnings: status.warnings
      .map((warning) => withoutPlaces(warning.replaceAll(/\bentry \d+/g, 'an entry'), config))
      // Several entries may have the same trouble, and the same words for it now.
      .filter((warning, index, all) => all.indexOf(warning) === index),
  };
}

/** Names folders by their settings. */
function withoutPlaces(text: string, config: Config): string {
  const { blacklistDir, processedDir, croppedDir, dataDir, imageRoot } = config;
  // The longest come first: one folder is often in another.
  const places = [
    [blacklistDir, 'BLACKLIST_DB_PATH'],
    [processedDir, 'PROCESSED_IMAGES_OUTPUT_DIR'],
    [croppedDir, 'CROPPED_FACES_OUTPUT_DIR'],
    [dataDir, 'DATA_DIR'],
    ...(imageRoot === undefined ? [] : [[imageRoot, 'IMAGE_ROOT'] as const]),
  ].toSorted(([one = ''], [other = '']) => other.length - one.length);
  return places.reduce((hidden, [place = '', setting = '']) => hidden.replaceAll(place, setting), text);
}
