import pLimit from 'p-limit';
import { decodeMarkedText } from '../../../lib/decode-text.ts';
import { isTextFile } from '../../../lib/people/table.ts';
import { listEntries } from './api/endpoints.ts';
import { currentImport, type ImportPerson } from './import-state.ts';
import { namesOfCopies, unusable } from './model/import-files.ts';
import { alikeOf, type Clash, clashesOf, isTable, planFolders, planTable } from './model/import-plan.ts';
import { randomKey } from './random-key.ts';
import { texts } from './texts.ts';

/** Files that are looked into at the same time. */
const readAtOnce = 16;
/** Size up to which a text file is read, to see if it is a table. */
const maxTextBytes = 10 * 1024 * 1024;

/** The choice holds several tables. One of them alone would leave people out. */
export class SeveralTablesError extends Error {}

/**
 * Reads the chosen files as people, and finds out who of them is listed, and which can't be used.
 *
 * @throws TableError, SeveralTablesError, and what `call` throws
 */
export async function planImport(files: readonly File[]): Promise<void> {
  const chosen = await pLimit(readAtOnce).map(files, async (file) => {
    const path = pathOf(file);
    const found = { path, file, ...(isTextFile(path) && { text: await textOf(file) }) };
    if (isTable(found)) return found;
    // The text of other files is not held: there may be many.
    const fault = await unusable(file);
    return { path, file, ...(fault && { fault }) };
  });
  const [table, ...more] = chosen.filter(isTable);
  if (table && more.length > 0) {
    const names = [table, ...more].map(({ path }) => path);
    throw new SeveralTablesError(texts.importing.severalTables(names.join(', ')));
  }
  const plan = table
    ? planTable(table.text ?? decodeMarkedText(new Uint8Array(await table.file.arrayBuffer())), chosen)
    : planFolders(chosen);
  const { items } = await listEntries({ query: '', sort: 'name', limit: Number.MAX_SAFE_INTEGER });
  const clashes = clashesOf(plan.persons, items);
  const alike = alikeOf(plan.persons);
  const copies = await namesOfCopies(plan.persons);
  const persons = plan.persons.map(({ name, reason, pictures, folders = 1 }): ImportPerson => {
    const clash = clashes.get(name);
    const contents = pictures.map(({ file }) => copies.get(file) ?? file);
    return {
      ...{ name, reason, folders, alike: alike.get(name) ?? [], ...(clash && { clash }) },
      pictures: pictures.map(({ path, file }, place) => {
        const others = copies.get(file)?.filter((other) => other !== name) ?? [];
        const sameAs = others.map((other) => ({ name: other, isOutOfForce: isOut(clashes.get(other)) }));
        const isRepeated = contents.indexOf(contents[place] ?? file) < place;
        return { name: path, file, key: randomKey(), state: 'waiting', sameAs, isRepeated };
      }),
    };
  });
  currentImport.set({ persons, plan, state: 'planned', addsToListed: false });
}

/** Reads a text that may be a table; undefined for a file that is too large for one, or can't be read. */
async function textOf(file: File): Promise<string | undefined> {
  if (file.size > maxTextBytes) return undefined;
  const bytes = await file.arrayBuffer().catch(() => undefined);
  return bytes && decodeMarkedText(new Uint8Array(bytes));
}

function isOut({ isSame, isOutOfForce = false }: Partial<Clash> = {}): boolean {
  return isSame === true && isOutOfForce;
}

/** Returns the path below the chosen folder. */
function pathOf({ name, webkitRelativePath: path }: File): string {
  return path === '' ? name : path.slice(path.indexOf('/') + 1);
}
