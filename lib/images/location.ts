import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { ImageFolder } from './key.ts';
import type { ImageLocator } from './port.ts';

/** Where on disk the keys of each first segment are: `blacklist/7/x.jpg` is `<folders.blacklist>/7/x.jpg`. */
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

/** Where the pictures of these settings are; nothing is opened for it. */
export function imageLocator(config: Config): ImageLocator {
  return config.aws ? bucketLocator(config.aws.bucket) : folderLocator(imageFolderPaths(config));
}
