import { shownLine } from '../audit/list-audit.ts';
import type { AuditTrail } from '../audit/port.ts';
import type { WebhookStatus } from '../contract/endpoints/status.ts';
import type { BlacklistMatch, ImageProcessingResult } from '../contract/shapes.ts';
import { copiesOf } from '../images/copies.ts';
import type { ImageLocator } from '../images/port.ts';
import type { ImageRecord } from '../records/entry.ts';
import { oldestFirst } from '../records/oldest-first.ts';
import type { RecordStore } from '../records/port.ts';
import type { ProcessedFilter } from '../records/processed.ts';
import { matchesOf } from '../records/shared/redaction.ts';
import { activeEntry, blacklistRecord } from './blacklist-record.ts';
import { allMerged } from './merged-entries.ts';
import { referenceImage } from './reference-image.ts';
import { StaffNames } from './staff-names.ts';

/** A file of the export. Its name is made of ids and words of this file, never of a client's text. */
export interface ExportedFile {
  readonly name: string;
  readonly content: Uint8Array | string | AsyncIterable<string>;
}

export interface ExportPorts {
  readonly records: RecordStore;
  readonly images: ImageLocator;
  readonly audit: Pick<AuditTrail, 'list'>;
  /** Receivers of events; null where there are no webhooks. */
  readonly receivers: () => Promise<WebhookStatus[] | null>;
  /** True if EventBridge has the events too. */
  readonly hasEventBus: boolean;
  /** Hands out a stored picture's bytes or a link to it; `undefined` if there is none. */
  readonly picture: (key: string) => Promise<Uint8Array | string | undefined>;
}

export interface ExportOptions {
  /** Part of the paths of this API before `/api/v1`. */
  readonly apiPrefix: string;
  /** Only history after this `db_id` is exported. */
  readonly after?: number | undefined;
  /** Asked before each record of the history, with the characters so far: false ends this part. */
  readonly hasRoom?: (characters: number) => boolean;
}

/** An export: its files, and where the next part begins once all were read. */
export interface EntryExport {
  readonly files: AsyncGenerator<ExportedFile>;
  /** The `after` of the next part; `undefined` when this is the last one. */
  next(): number | undefined;
}

/** Lines of the audit trail that are exported; `GET /audit` has them all. */
const auditLines = 2_000;
const auditPage = 500;

/**
 * Collects all that is known of a listed person. The files are made one after the other, each when the one
 * before was taken, so that no more than one picture is in memory.
 * @throws EntryNotFoundError; and while the files are read, BackendUnavailableError, ThrottledError
 */
export async function exportEntry(
  ports: ExportPorts,
  entryId: number,
  options: ExportOptions,
): Promise<EntryExport> {
  const entry = await activeEntry(ports, entryId);
  const images = (await ports.records.listImages(entryId)).filter(({ status }) => status === 'ACTIVE');
  const part = new ExportPart(ports, entryId, await allMerged(ports.records, entryId), options);
  const { cover, ...record } = blacklistRecord(ports, entry);
  const shown = { ...record, cover: cover && options.apiPrefix + cover };
  return { files: part.files(shown, images), next: () => part.next };
}

class ExportPart {
  next: number | undefined;
  readonly #ports: ExportPorts;
  readonly #entryId: number;
  /** The entry's id, and those of the entries that were merged into it. */
  readonly #ids: readonly number[];
  readonly #options: ExportOptions;
  readonly #links: Record<string, string> = {};
  readonly #staff = new StaffNames();
  #characters = 0;

  constructor(ports: ExportPorts, entryId: number, merged: readonly number[], options: ExportOptions) {
    this.#ports = ports;
    this.#entryId = entryId;
    this.#ids = [entryId, ...merged];
    this.#options = options;
  }

  async *files(record: object, images: readonly ImageRecord[]): AsyncGenerator<ExportedFile> {
    const { after, apiPrefix } = this.#options;
    if (after === undefined) {
      yield this.#json('record.json', record);
      yield this.#json(
        'images.json',
        images.map((image) => referenceImage(image, apiPrefix)),
      );
      for (const { id, key } of images) yield* this.#picture(`images/${id}`, key);
      yield this.#json('receivers.json', await this.#receivers());
      yield this.#json('audit.json', await this.#audit());
    }
    yield* this.#history(after ?? 0);
    if (Object.keys(this.#links).length > 0) yield this.#json('pictures.json', this.#links);
    const { next = null } = this;
    yield this.#json('export.json', {
      entry_id: this.#entryId,
      exported_at: new Date().toISOString(),
      after: after ?? null,
      next,
      note: 'The names of those who work with the service are replaced, in each part anew: staff 1, staff 2 and so on. Texts are as they were written.',
    });
  }

  /**
   * Exports the records in which the person matched or nearly matched. Parts are of records by rising id,
   * so near misses and pictures that show very many come in the order of the others.
   */
  async *#history(after: number): AsyncGenerator<ExportedFile> {
    const { hasRoom = () => true } = this.#options;
    let last = after;
    for await (const result of this.#records(after)) {
      if (!hasRoom(this.#characters)) {
        this.next = last;
        return;
      }
      const id = result.db_id as number;
      yield this.#json(`history/${id}/record.json`, onlyAbout(result, this.#ids));
      for (const key of copiesOf(result)) yield* this.#picture(`history/${id}/${copyName(key)}`, key);
      last = id;
    }
  }

  /** Merges lists by their ids; a record that is in several comes once. */
  async *#records(after: number): AsyncGenerator<ImageProcessingResult> {
    const own = this.#ids.flatMap((entryId) => [{ entryId }, { nearEntryId: entryId }]);
    const filters: ProcessedFilter[] = [...own, { isCrowd: true }];
    const lists = filters.map((filter) => oldestFirst(this.#ports.records, filter, after));
    const heads = await Promise.all(lists.map((list) => list.next()));
    for (;;) {
      const ids = heads.map(({ done, value }) => (done ? Number.POSITIVE_INFINITY : (value?.db_id ?? 0)));
      const id = Math.min(...ids);
      if (id === Number.POSITIVE_INFINITY) return;
      const result = heads[ids.indexOf(id)]?.value as ImageProcessingResult;
      for (const [index, list] of lists.entries()) if (ids[index] === id) heads[index] = await list.next();
      if (this.#ids.some((entryId) => matchesOf(result, entryId).length > 0)) yield result;
    }
  }

  async *#picture(name: string, key: string): AsyncGenerator<ExportedFile> {
    const picture = await this.#ports.picture(key);
    const named = `${name}.${key.slice(key.lastIndexOf('.') + 1)}`;
    if (picture instanceof Uint8Array) yield { name: named, content: picture };
    else if (picture !== undefined) {
      this.#links[named] = picture;
      this.#characters += named.length + picture.length;
    }
  }

  async #receivers() {
    const webhooks = await this.#ports.receivers();
    return {
      webhooks: webhooks?.map(({ receiver }) => receiver) ?? [],
      event_bus: this.#ports.hasEventBus ? 'The account’s default bus; its rules tell who else.' : null,
      note: 'They are told of each match with the name, and of the deletion.',
    };
  }

  async #audit() {
    const { audit } = this.#ports;
    const lines = [];
    let cursor: string | undefined;
    do {
      const page = await audit.list({ entryIds: this.#ids, limit: auditPage, cursor });
      lines.push(...page.items.map(shownLine));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && lines.length < auditLines);
    return { lines, is_complete: cursor === undefined };
  }

  #json(name: string, value: unknown): ExportedFile {
    const content = JSON.stringify(this.#staff.replaced(value), undefined, 2);
    this.#characters += content.length;
    return { name, content };
  }
}

/** Names a copy by its kind: its key ends with it, but for a crop's. */
function copyName(key: string): string {
  return /-(original|annotated)\.[a-z]+$/.exec(key)?.[1] ?? 'crop';
}

/** Leaves out the faces that did not match these entries, and of the others the other entries. */
function onlyAbout(result: ImageProcessingResult, ids: readonly number[]): ImageProcessingResult {
  const own = (matches: readonly BlacklistMatch[] | null) =>
    matches?.filter(({ entry }) => ids.includes(entry.id)) ?? null;
  const faces = result.faces
    .filter((face) => ids.some((entryId) => matchesOf({ faces: [face] }, entryId).length > 0))
    .map((face) => ({
      ...face,
      blacklist_matches: own(face.blacklist_matches) ?? [],
      near_misses: own(face.near_misses),
      candidates: null,
    }));
  return { ...result, faces };
}
