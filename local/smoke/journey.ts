import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CreatedBlacklistRecord } from '../../lib/contract/endpoints/create-entry.ts';
import type { MergedEntry } from '../../lib/contract/endpoints/merge-entry.ts';
import type { BlacklistRecord, DetectedFaceArea, ImageProcessingResult } from '../../lib/contract/shapes.ts';
import type { UploadForm } from '../../lib/contract/uploads.ts';
import { type Connection, jsonOf } from './connection.ts';
import { faceAt, samplePicture } from './people.ts';
import { type Step, StepRecorder } from './steps.ts';

/** Time for which the inbox may take to index a picture. */
const inboxMs = 120_000;
const pauseMs = 1_000;

/**
 * A client's way through the whole contract. It lists a made-up person, finds it, is refused what should be
 * refused, and takes away all that it made. A step that fails does not end it, as long as others can go on.
 */
export class Journey {
  readonly #connection: Connection;
  readonly #recorder: StepRecorder;
  /** Mark of all that this journey makes: the person's name and the pictures' source. */
  readonly #mark = `smoke-${randomUUID()}`;
  #entryId: number | undefined;
  /** True if the service keeps faces in which somebody can be found later. */
  #looksBack = false;
  /** Name of the picture that was sent to be processed, until it is deleted. */
  #sent: string | undefined;
  readonly #mayBeOpen: boolean;

  /** @param mayBeOpen true for a service that need not ask anybody who they are */
  constructor(connection: Connection, mayBeOpen: boolean) {
    this.#connection = connection;
    this.#recorder = new StepRecorder(connection);
    this.#mayBeOpen = mayBeOpen;
  }

  /** Lines of the report so far. */
  get steps(): readonly Step[] {
    return this.#recorder.steps;
  }

  async run(): Promise<void> {
    try {
      await this.#lookAround();
      await this.#comeUnsigned();
      await this.#list();
      await this.#find();
      await this.#send();
      await this.#beRefused();
      await this.#takeAway();
    } catch (error) {
      const faults = [error instanceof Error ? error.message : String(error)];
      this.#recorder.note({
        operation: '-',
        what: 'go on',
        expected: [],
        status: undefined,
        ms: undefined,
        faults,
      });
    } finally {
      await this.#cleanUp();
    }
  }

  async #lookAround(): Promise<void> {
    for (const operation of ['welcome', 'welcomeToApi', 'health', 'status', 'openApi', 'docs'] as const) {
      await this.#recorder.call('look', { operation });
    }
    await this.#recorder.call('look', { operation: 'docsAsset', params: { asset: 'swagger-ui.css' } });
  }

  async #list(): Promise<void> {
    const [group, other] = await Promise.all([samplePicture(3), samplePicture(1)]);
    const woman = await faceAt(group, await this.#detect(group), 1);
    const again = await faceAt(other, await this.#detect(other), -1);
    const created = await this.#recorder.json<CreatedBlacklistRecord>('list somebody', {
      operation: 'createEntry',
      form: this.#form({ name: this.#mark, reason: 'Made up by npm run smoke.' }, woman),
    });
    const id = created.id;
    this.#entryId = id;
    this.#looksBack = created.seen_before !== null;
    const params = { id };
    await this.#recorder.call('list the same name again', {
      ...{ operation: 'createEntry', status: 409 },
      form: this.#form({ name: this.#mark }, woman),
    });
    await this.#recorder.call('read', { operation: 'getEntry', params });
    const found = await this.#recorder.json<BlacklistRecord[] | { items: BlacklistRecord[] }>(
      'look for the name',
      {
        operation: 'listEntries',
        query: { q: this.#mark },
      },
    );
    const entries = Array.isArray(found) ? found : found.items;
    this.#recorder.expect(
      'be found by its name',
      'listEntries',
      entries.some((entry) => entry.id === id),
    );
    await this.#update(id, woman, again);
  }

  async #update(id: number, woman: Buffer, again: Buffer): Promise<void> {
    const params = { id };
    await this.#recorder.call('replace name and reason', {
      ...{ operation: 'updateEntry', params },
      json: { name: this.#mark, reason: 'Changed by npm run smoke.' },
    });
    await this.#recorder.call('change one field', {
      operation: 'patchEntry',
      params,
      json: { notes: 'A trial.' },
    });
    await this.#recorder.call('add a picture', {
      operation: 'addImages',
      params,
      form: this.#form({}, again),
    });
    const images = await this.#recorder.json<{ id: string }[]>('list pictures', {
      operation: 'listImages',
      params,
    });
    this.#recorder.expect('have two pictures', 'listImages', images.length === 2);
    const image = { id, image_id: images[0]?.id ?? '' };
    await this.#recorder.fetchPicture('fetch a picture', { operation: 'getImage', params: image });
    await this.#compare(id, woman, again);
    await this.#merge(id, again);
    await this.#recorder.call('delete a picture', { operation: 'deleteImage', params: image });
  }

  /** Lists the person once more, and makes both entries one. */
  async #merge(id: number, again: Buffer): Promise<void> {
    const other = await this.#recorder.json<BlacklistRecord>('list the person again', {
      operation: 'createEntry',
      form: this.#form({ name: `${this.#mark}-3` }, again),
    });
    const merged = await this.#recorder.json<MergedEntry>('make both one', {
      ...{ operation: 'mergeEntry', params: { id } },
      json: { entry_id: other.id },
    });
    const { already_there, added } = merged.pictures;
    this.#recorder.expect('keep a picture once', 'mergeEntry', already_there === 1 && added === 0);
  }

  async #compare(id: number, one: Buffer, other: Buffer): Promise<void> {
    const verified = await this.#recorder.json<{ verified: boolean }>('compare with the person', {
      ...{ operation: 'verifyEntry', params: { id } },
      json: { image: other.toString('base64') },
    });
    this.#recorder.expect('be the same person', 'verifyEntry', verified.verified);
    const pair = await this.#recorder.json<{ verified: boolean }>('compare two pictures', {
      operation: 'verify',
      json: { image1: one.toString('base64'), image2: other.toString('base64') },
    });
    this.#recorder.expect('be the same person', 'verify', pair.verified);
  }

  async #find(): Promise<void> {
    const [listed, nobody] = await Promise.all([samplePicture(1), samplePicture(6)]);
    const images = [listed, nobody].map((picture) => picture.toString('base64'));
    const results = await this.#recorder.json<ImageProcessingResult[]>('look for people in pictures', {
      operation: 'processImages',
      json: { images: [...images, 'bm8gcGljdHVyZQ=='], source: this.#mark },
    });
    this.#recorder.expect('be found', 'processImages', isFound(results[0], this.#entryId));
    this.#recorder.expect('not be found in others', 'processImages', !isFound(results[1], this.#entryId));
    this.#recorder.expect('tell what is no picture', 'processImages', typeof results[2]?.error === 'string');
    const query = { source: this.#mark };
    for (const operation of ['listProcessed', 'listProcessedUnderProcess']) {
      const page = await this.#recorder.json<{ total_items: number }>('list the results', {
        operation,
        query,
      });
      this.#recorder.expect('be all that was kept', operation, page.total_items >= 2);
    }
    const [first, second] = results.map(({ db_id }) => db_id ?? 0);
    const params = { db_id: first ?? 0 };
    await this.#recorder.call('read a result', { operation: 'getProcessed', params });
    await this.#recorder.fetchPicture('fetch its picture', { operation: 'getProcessedImage', params });
    const face = results[0]?.faces.find(({ blacklist_matches: matches }) => matches.length > 0);
    await this.#recorder.call('judge the match', {
      ...{ operation: 'reviewProcessed', params },
      json: { face_index: face?.face_index ?? 0, entry_id: this.#entryId, verdict: 'confirmed' },
    });
    await this.#recorder.call('export what is known of the person', {
      operation: 'exportEntry',
      params: { id: this.#entryId ?? 0 },
    });
    await this.#recorder.call('look for the person in the history', {
      operation: 'searchHistory',
      json: { image: images[0] },
    });
    await this.#recorder.call('look back', {
      ...{ operation: 'lookBack', params: { id: this.#entryId ?? 0 } },
      ...(!this.#looksBack && { status: 409 }),
    });
    await this.#recorder.call('ask what happened', { operation: 'listEvents' });
    await this.#recorder.call('delete a result', { operation: 'deleteProcessed', params });
    await this.#recorder.call('delete another', {
      operation: 'deleteProcessedUnderProcess',
      params: { db_id: second ?? 0 },
    });
    await this.#recorder.call('read it no more', { operation: 'getProcessed', params, status: 404 });
  }

  /** Sends pictures by the forms that lead past the gateway. */
  async #send(): Promise<void> {
    const picture = await samplePicture(1);
    const form = await this.#recorder.json<UploadForm>('ask for a form', {
      operation: 'createProcessUpload',
      json: { source: this.#mark },
    });
    this.#sent = form.image;
    this.#recorder.expect('send it', 'createProcessUpload', await isSent(form, picture));
    const [result] = await this.#recorder.json<ImageProcessingResult[]>('process what was sent', {
      operation: 'processImages',
      json: { images: [form.image] },
    });
    this.#recorder.expect('be found', 'processImages', isFound(result, this.#entryId));
    const params = { id: this.#entryId ?? 0 };
    const ofPerson = await this.#recorder.json<UploadForm>('ask for a form of the person', {
      ...{ operation: 'createEntryUpload', params },
      json: {},
    });
    // The entry has the other picture of her already, and would not count it twice.
    const group = await samplePicture(3);
    const face = await faceAt(group, await this.#detect(group), 1);
    this.#recorder.expect('send it', 'createEntryUpload', await isSent(ofPerson, face));
    this.#recorder.expect('be indexed', 'createEntryUpload', await this.#hasImages(params.id, 2));
  }

  async #hasImages(id: number, count: number): Promise<boolean> {
    const deadline = performance.now() + inboxMs;
    while (performance.now() < deadline) {
      const { bytes } = await this.#connection.call({ operation: 'getEntry', params: { id } });
      if ((jsonOf(bytes) as BlacklistRecord | undefined)?.image_count === count) return true;
      await delay(pauseMs);
    }
    return false;
  }

  async #beRefused(): Promise<void> {
    await this.#recorder.call('send no picture', {
      operation: 'detectFaces',
      status: 400,
      json: { image: 'x' },
    });
    await this.#recorder.call('send another shape', {
      operation: 'processImages',
      status: 422,
      json: { images: 7 },
    });
    await this.#recorder.call('send no picture of anybody', {
      ...{ operation: 'createEntry', status: 400 },
      form: this.#form({ name: `${this.#mark}-2` }, Buffer.from('no picture')),
    });
  }

  async #comeUnsigned(): Promise<void> {
    const call = { operation: 'listEntries', query: { limit: 1 } };
    const { status, ms } = await this.#connection.callUnsigned(call);
    const expected = [401, 403];
    const isOpen = status === 200 && this.#mayBeOpen;
    const faults: string[] = [];
    if (status === 200 && !isOpen)
      faults.push('Anybody may call this service: it runs without authentication.');
    if (status !== 200 && !expected.includes(status)) faults.push(`${status} instead of 401 or 403.`);
    this.#recorder.note({
      operation: call.operation,
      what: 'come unsigned',
      expected,
      status,
      ms,
      isOpen,
      faults,
    });
  }

  async #takeAway(): Promise<void> {
    const query = { source: this.#mark };
    await this.#recorder.call('count results', {
      operation: 'deleteManyProcessedUnderProcess',
      query: { ...query, dry_run: true },
    });
    await this.#recorder.call('delete results', { operation: 'deleteManyProcessed', query });
    await this.#deleteSent();
    const params = { id: this.#entryId ?? 0 };
    await this.#recorder.call('take off the list', { operation: 'deleteEntry', params });
    this.#entryId = undefined;
    await this.#recorder.call('read no more', { operation: 'getEntry', params, status: 404 });
    await this.#recorder.call('read what was removed', { operation: 'getErasure', params });
    const lines = await this.#recorder.json<{ items: unknown[] }>('read who did it', {
      operation: 'listAudit',
      query: { entry_id: params.id },
    });
    this.#recorder.expect('be told', 'listAudit', lines.items.length > 0);
  }

  /** Deletes the picture that was sent: the service deletes one of which nothing is kept. */
  async #deleteSent(): Promise<void> {
    const image = this.#sent;
    if (image === undefined) return;
    this.#sent = undefined;
    await this.#recorder.call('delete what was sent', {
      operation: 'processImages',
      json: { images: [image], keep: 'none' },
    });
    const results = await this.#connection.call({
      operation: 'processImages',
      json: { images: [image], keep: 'none' },
    });
    const [result] = (jsonOf(results.bytes) ?? []) as ImageProcessingResult[];
    this.#recorder.expect('have it no more', 'processImages', typeof result?.error === 'string');
  }

  /** Deletes what a failed step left. Each attempt that has something to do is a line of the report. */
  async #cleanUp(): Promise<void> {
    try {
      const { bytes } = await this.#connection.call({ operation: 'listEntries', query: { q: this.#mark } });
      const left = jsonOf(bytes);
      for (const { id } of Array.isArray(left) ? (left as BlacklistRecord[]) : []) {
        await this.#recorder.call('clean up', { operation: 'deleteEntry', params: { id } });
      }
      await this.#deleteSent();
      const call = { operation: 'deleteManyProcessed', query: { source: this.#mark } };
      const { status, ms, faults } = await this.#connection.call(call);
      if (faults.length > 0)
        this.#recorder.note({ ...call, what: 'clean up', expected: [200], status, ms, faults });
    } catch (error) {
      const faults = [`What is called '${this.#mark}' may be left: ${String(error)}`];
      this.#recorder.note({
        operation: '-',
        what: 'clean up',
        expected: [],
        status: undefined,
        ms: undefined,
        faults,
      });
    }
  }

  async #detect(picture: Buffer): Promise<DetectedFaceArea[]> {
    return this.#recorder.json('find faces', {
      operation: 'detectFaces',
      json: { image: picture.toString('base64') },
    });
  }

  #form(fields: Readonly<Record<string, string>>, picture: Buffer): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('images', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'smoke.jpg');
    return form;
  }
}

const isFound = (result: ImageProcessingResult | undefined, entryId: number | undefined) =>
  result?.faces.some((face) => face.blacklist_matches.some(({ entry }) => entry.id === entryId)) ?? false;

async function isSent({ url, fields }: UploadForm, picture: Buffer): Promise<boolean> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(picture)], { type: fields['Content-Type'] ?? '' }), 'smoke.jpg');
  const response = await fetch(url, { method: 'POST', body: form });
  await response.arrayBuffer();
  return response.ok;
}
