import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { ImageFolder } from './key.ts';
import type { ImageLocator } from './port.ts';

/** Folders on disk, by the keys' first segment: `blacklist/7/x.jpg` is `<folders.blacklist>/7/x.jpg`. */
export type ImageFolderPaths = Readonly<Record<ImageFolder, string>>;

export function imageFolderPaths(config: Config): ImageFolderPaths {
  return { blacklist: config.blacklistDir, processed: config.processedDir, cropped: config.croppedDir };
}

/** Names pictures by their paths on disk. */
export function folderLocator(folders: ImageFolderPaths): ImageLocator {
  return {
    location(key) {
      const [folder, ...names] = key.split('/');
      return join(folders[folder as ImageFolder], ...names);
    },
  };
}

/** Names pictures by their `s3://` URIs. */
export function bucketLocator(bucket: string): ImageLocator {
  return { location: (key) => `s3://${bucket}/${key}` };
}

/** Names pictures as these settings place them, without opening a store. */
export function imageLocator(config: Config): ImageLocator {
  return config.aws ? bucketLocator(config.aws.bucket) : folderLocator(imageFolderPaths(config));
}
