import { readdir } from 'node:fs/promises';
import { decodeText } from '../../lib/decode-text.ts';
import { codeOf } from '../../lib/files.ts';
import { joinBytes } from '../../lib/inbox/walk.ts';
import { comparePaths } from '../../lib/people/file-order.ts';
import { systemFile, systemFolder } from '../../lib/system-names.ts';
import type { OldPaths } from './old-paths.ts';
import type { ImportReport } from './report.ts';

/** A picture's file; its path is bytes, for names on disk need not be UTF-8. */
export interface PersonFile {
  readonly name: string;
  readonly path: Buffer;
}

/** Files in which DeepFace keeps the embeddings of a folder. */
const embeddingFile = /\.pkl$/i;

/** Lists the files of a person's folder and of those below it, in the order of `comparePaths`. */
export async function filesOfFolder(
  folder: string | Buffer,
  paths: Pick<OldPaths, 'contains'>,
  report: Pick<ImportReport, 'remarks' | 'passedOver'>,
  prefix = '',
): Promise<PersonFile[]> {
  const { remarks, passedOver } = report;
  const path = Buffer.from(folder);
  const items = await readdir(path, { withFileTypes: true, encoding: 'buffer' }).catch((error: unknown) => {
    if (codeOf(error) === undefined) throw error;
    remarks.push(`${decodeText(path)}: The folder can't be read (${codeOf(error)}).`);
    return [];
  });
  const files: PersonFile[] = [];
  const named = items.map((item) => ({ item, name: decodeText(item.name) }));
  for (const { item, name } of named.toSorted((one, other) => comparePaths(one.name, other.name))) {
    const system = item.isDirectory() ? systemFolder(name) : systemFile(name);
    const below = joinBytes(path, item.name);
    if (system) passedOver.add(system.label);
    else if (item.isDirectory())
      files.push(...(await filesOfFolder(below, paths, report, `${prefix}${name}/`)));
    else if (embeddingFile.test(name)) passedOver.add('embeddings of DeepFace (*.pkl)');
    else if (item.isSymbolicLink() && !paths.contains(below)) {
      remarks.push(`${prefix}${name}: It is a link to nothing in the folders given, and is left out.`);
    } else files.push({ name: prefix + name, path: below });
  }
  return files;
}
