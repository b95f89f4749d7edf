import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { ConfigError } from '../../lib/config.ts';
import { EntryName } from '../../lib/contract/fields.ts';
import { decodeText } from '../../lib/decode-text.ts';
import { joinBytes } from '../../lib/inbox/walk.ts';
import { systemFile, systemFolder } from '../../lib/system-names.ts';

/** A picture's file; its path is bytes, for names on disk need not be UTF-8. */
export interface PersonFile {
  readonly name: string;
  readonly path: Buffer;
}

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
}

/**
 * Reads the folders of persons in a folder. Names that are not UTF-8 are read as Windows-1252; folders of the
 * same name are one person.
 * @throws ConfigError when the folder can't be read
 */
export async function readPersonFolders(folder: string): Promise<PersonFolders> {
  const persons = new Map<string, PersonFile[]>();
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
        const files = await itemsOf(path, passedOver);
        if (files.length === 0) remarks.push(`${name}: There is no picture in the folder.`);
        else persons.set(person, [...(persons.get(person) ?? []), ...files]);
      } catch (error) {
        remarks.push(`${name}: The folder can't be read (${(error as NodeJS.ErrnoException).code}).`);
      }
    }
  }
  return { persons: [...persons].map(([name, files]) => ({ name, files })), remarks, passedOver };
}

/** Returns the items of a folder in the order of their names, without those that systems create. */
async function itemsOf(folder: Buffer, passedOver: Set<string>) {
  const found: { item: Dirent<Buffer>; name: string; path: Buffer }[] = [];
  for (const item of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const name = decodeText(item.name);
    const system = item.isDirectory() ? systemFolder(name) : systemFile(name);
    if (system) passedOver.add(system.label);
    else found.push({ item, name, path: joinBytes(folder, item.name) });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}
