import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { ConfigError } from '../../lib/config.ts';
import { EntryName } from '../../lib/contract/fields.ts';
import { decodeText } from '../../lib/decode-text.ts';
import { joinBytes } from '../../lib/inbox/walk.ts';
import { comparePaths } from '../../lib/people/file-order.ts';
import { systemFile, systemFolder } from '../../lib/system-names.ts';
import { joinedLines } from '../import/found-people.ts';
import type { PersonFile } from '../import/person-files.ts';
import { leadsInto } from '../picture-file.ts';

/** A person by a folder's name, with what is in it. */
export interface Person {
  readonly name: string;
  readonly files: readonly PersonFile[];
}

/** Persons found in a folder. `remarks` names what can't be used, and `passedOver` what systems create. */
export interface PersonFolders {
  readonly persons: readonly Person[];
  readonly remarks: readonly string[];
  readonly passedOver: ReadonlySet<string>;
  /** Lines about folders that have one name. */
  readonly joined: readonly string[];
}

/**
 * Reads the folders of persons in a folder. Names that are not UTF-8 are read as Windows-1252; folders of the
 * same name are one person.
 * @throws ConfigError when the folder can't be read
 */
export async function readPersonFolders(folder: string): Promise<PersonFolders> {
  const persons = new Map<string, FilesOfFolder[]>();
  const remarks: string[] = [];
  const passedOver = new Set<string>();
  const items = await itemsOf(Buffer.from(folder), passedOver).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`${folder} can't be read as a folder of people (${error.code}).`);
  });
  for (const { item, name, path } of items) {
    const { data: person } = EntryName.safeParse(name);
    if (!item.isDirectory()) remarks.push(`${name}: It is not a folder of a person's pictures.`);
    else if (name.includes('\ufffd'))
      remarks.push(`${name}: The name was damaged by a program. Rename the folder.`);
    else if (person === undefined) remarks.push(`${name}: A name has 1 to 100 characters.`);
    else {
      try {
        const found = await itemsOf(path, passedOver);
        const files = found.filter((file) => !leadsOut(file, folder));
        for (const file of found.filter((file) => !files.includes(file)))
          remarks.push(`${name}/${file.name}: It is a link to nothing in the folder of people.`);
        if (found.length === 0) remarks.push(`${name}: There is no picture in the folder.`);
        if (files.length > 0) persons.set(person, [...(persons.get(person) ?? []), { name, files }]);
      } catch (error) {
        remarks.push(`${name}: The folder can't be read (${(error as NodeJS.ErrnoException).code}).`);
      }
    }
  }
  const written = [...persons].map(([name, folders]) => [name, folders.map((one) => one.name)] as const);
  return {
    persons: [...persons].map(([name, folders]) => ({ name, files: filesOf(folders) })),
    ...{ remarks, passedOver, joined: joinedLines(new Map(written)) },
  };
}

/** A folder by its name as it is on disk, with its files. */
interface FilesOfFolder {
  readonly name: string;
  readonly files: readonly PersonFile[];
}

/** Lists the files of a person's folders. Those of several folders have the folder in their names. */
function filesOf(folders: readonly FilesOfFolder[]): PersonFile[] {
  return folders.flatMap(({ name: folder, files }) =>
    files.map(({ name, path }) => ({ name: folders.length > 1 ? `${folder}/${name}` : name, path })),
  );
}

/** Returns true for a link out of the folder of people: whoever made the folder would choose what is read. */
function leadsOut({ item, path }: { readonly item: Dirent<Buffer>; readonly path: Buffer }, folder: string) {
  return item.isSymbolicLink() && !leadsInto(path, folder);
}

/** Returns the items of a folder in the order of `comparePaths`, without those that systems create. */
async function itemsOf(folder: Buffer, passedOver: Set<string>) {
  const found: { item: Dirent<Buffer>; name: string; path: Buffer }[] = [];
  for (const item of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const name = decodeText(item.name);
    const system = item.isDirectory() ? systemFolder(name) : systemFile(name);
    if (system) passedOver.add(system.label);
    else found.push({ item, name, path: joinBytes(folder, item.name) });
  }
  return found.sort((one, other) => comparePaths(one.name, other.name));
}
