import { isDiscardFolder } from './discard-names.ts';

/**
 * Names that file systems, NAS boxes, operating systems and sync programs give to their own files and
 * folders: recycle bins, snapshots, thumbnails, metadata. A picture there was thrown away, or made by a
 * machine. It must accuse nobody.
 */

/** Names of systems' own files and folders, in lower case. */
const systemNames: ReadonlySet<string> = new Set([
  // Recycle bins: Windows, Synology, QNAP, Asustor, TerraMaster, Buffalo, Samba, macOS on servers.
  '$recycle.bin',
  'recycle.bin',
  'recycler',
  'recycled',
  'recycle',
  'recycle bin',
  '#recycle',
  '@recycle',
  '@recycle bin',
  '.recycle',
  '.recycle.bin',
  'network recycle bin',
  'network trash folder',
  'nas_recycle',
  'trash',
  'trashbox',
  'trashcan',
  '.trash',
  '.trashes',
  '.trashbox',
  '.wastebasket',
  // File systems' own data: files without a name, quotas, and finds of a disk check.
  'lost+found',
  '#lost+found',
  '.lost+found',
  'system volume information',
  '$extend',
  'aquota.user',
  'aquota.group',
  'quota.user',
  'quota.group',
  // Snapshots.
  '#snapshot',
  '#snapshots',
  '@snapshot',
  '@snapshots',
  '@recently-snapshot',
  '.snapshot',
  '.snapshots',
  '.snap',
  '~snapshot',
  '~snapshots',
  '.zfs',
  '.ckpt',
  // Thumbnails and indexes.
  '@eadir',
  '.@__thumb',
  '@__thumb',
  '@tmp',
  '@upload_cache',
  '.@upload_cache',
  '.@qmedia',
  '.thumb',
  '.thumbs',
  '.thumbnails',
  'thumbs.db',
  'thumbs.db:encryptable',
  'ehthumbs.db',
  'ehthumbs_vista.db',
  'desktop.ini',
  'wpsettings.dat',
  'picasa.ini',
  '.picasa.ini',
  '.picasaoriginals',
  '.directory',
  '.nomedia',
  // macOS.
  '__macosx',
  '.ds_store',
  '.localized',
  '.spotlight-v100',
  '.fseventsd',
  '.temporaryitems',
  'temporary items',
  'thevolumesettingsfolder',
  '.documentrevisions-v100',
  '.volumeicon.icns',
  '.apdisk',
  '.appledouble',
  '.appledb',
  '.appledesktop',
  'icon\r',
  // Sync programs and version control.
  '.stfolder',
  '.stversions',
  '.stignore',
  '.sync',
  '.dropbox',
  '.dropbox.cache',
  '.dropbox.attr',
  '.owncloudsync.log',
  '.git',
  '.svn',
  '.hg',
]);

/** Patterns of such names, in lower case. */
const systemForms: readonly RegExp[] = [
  /^\._/,
  /^\.trash-/,
  /^\.trashed-/,
  /^network recycle bin \d+$/,
  /^@gmt-/,
  // Small copies that a Synology puts beside its pictures.
  /^syno(photo|file|video)_(thumb|film)/,
  /^found\.\d{3}$/,
  // Generations of rsnapshot's backups.
  /^(hourly|daily|weekly|monthly)\.\d+$/,
  /^~\$/,
  /^[.~]?~?syncthing[~.]/,
  /^\.?_?sync_(?=[0-9a-f]*\.db)/,
  /^\.csync_journal/,
  /^\.tmp\.drive(down|up)load$/,
  /^\.nfs[0-9a-f]+$/,
  /^\.(fuse_hidden|smbdelete|goutputstream|com\.apple\.)/,
];

/** First characters of systems' folders; no person's name begins with one. */
const folderMarks = '.@#$~';

/** Reason to ignore a file or folder. */
export interface SystemName {
  /** Name, if it is a known one, else a description of its form. It reveals no person's name. */
  readonly label: string;
  /** True for a folder that somebody may have called so after a person. */
  readonly isPerhapsMeant?: true;
}

/** Returns true for a name from the lists above, of a file or a folder, in any case. */
export function isKnownSystemName(name: string): boolean {
  return knownLabel(name) !== undefined;
}

function knownLabel(name: string): string | undefined {
  // `trim` would also remove the carriage return at the end of the name of a Mac's icon file.
  const folded = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/^ +| +$/g, '');
  if (systemNames.has(folded)) return name;
  const [beginning] = systemForms
    .map((form) => form.exec(folded)?.[0])
    .filter((found) => found !== undefined);
  return beginning && `${beginning}…`;
}

/** Returns the reason to ignore a file, by its name; `undefined` if there is none. */
export function systemFile(name: string): SystemName | undefined {
  const label = knownLabel(name);
  if (label !== undefined) return { label };
  // Files are hidden by a dot on Unix, and sync programs give such names to unfinished files.
  return name.startsWith('.') ? { label: 'files whose names begin with "."' } : undefined;
}

/**
 * Returns the reason to ignore a folder in which people's pictures may be, by its name. It is `undefined` if
 * there is none.
 */
export function systemFolder(name: string): SystemName | undefined {
  const foreign = foreignFolder(name);
  if (!isDiscardFolder(name)) return foreign;
  // A system's own spelling is nobody's name.
  return foreign ? { label: name } : { label: name, isPerhapsMeant: true };
}

/**
 * Returns the reason to ignore a folder among the service's own, by its name; `undefined` if there is none.
 * A folder there may be called like what people throw away, because an earlier version made it.
 */
export function foreignFolder(name: string): SystemName | undefined {
  const label = knownLabel(name);
  if (label !== undefined) return { label };
  const mark = [...folderMarks].find((character) => name.trimStart().startsWith(character));
  if (mark === undefined) return undefined;
  return { label: `folders whose names begin with "${mark}"`, isPerhapsMeant: true };
}

/**
 * Returns the reason to ignore a path: the first such name in it, or `undefined` if there is none.
 * @param segments names of its folders and, last, of its file
 */
export function systemPath(segments: readonly string[]): SystemName | undefined {
  for (const [index, name] of segments.entries()) {
    const found = index < segments.length - 1 ? systemFolder(name) : systemFile(name);
    if (found) return found;
  }
  return undefined;
}

/** Number of names in a warning. */
const shownNames = 5;

/** Warns of folders that were passed over though somebody may have meant them; false if there are none. */
export function passedOverWarning(labels: ReadonlySet<string>): string | false {
  if (labels.size === 0) return false;
  return `Passed over in the inbox: ${firstOf(labels, shownNames, '; ')}. Systems make such for themselves. If one is meant as a person's, give it another name.`;
}

/** Writes the first texts, and the number of the others. */
export function firstOf(texts: ReadonlySet<string>, most: number, separator: string): string {
  const more = texts.size - most;
  return [...texts].slice(0, most).join(separator) + (more > 0 ? ` and ${more} more` : '');
}
