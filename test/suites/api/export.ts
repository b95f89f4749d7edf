import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import type { Tested } from '../api.ts';
import { refusal } from './client.ts';

/** Tests that all that is kept of a person can be had at once, over the API. */
export function exportSuite(get: () => Tested): void {
  it('exports a person with pictures and history, and tells nobody else', async () => {
    const { api, people } = get();
    const { id, name } = await api.list([people.listed]);
    const { db_id } = await api.process(people.listed);
    await api.process(people.stranger);
    const reply = await api.get(`/api/v1/blacklist/${id}/export`);
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/zip']);
    expect(reply.headers['cache-control']).toContain('no-store');
    const zip = unzipSync(new Uint8Array(reply.bytes));
    const read = (file: string) => JSON.parse(Buffer.from(zip[file] ?? []).toString());
    expect(read('record.json')).toMatchObject({ id, name });
    expect(read(`history/${db_id}/record.json`)).toMatchObject({ db_id });
    expect(read('audit.json').lines).toContainEqual(expect.objectContaining({ action: 'createEntry' }));
    const [image] = read('images.json');
    const histories = Object.keys(zip).filter((file) => /^history\/\d+\/record.json$/.test(file));
    expect(histories).toEqual([`history/${db_id}/record.json`]);
    // Lambda's answers are small, so there are links in them.
    const links = 'pictures.json' in zip ? read('pictures.json') : {};
    const picture = async (file: string) =>
      zip[file] ?? new Uint8Array(await (await fetch(links[file])).arrayBuffer());
    expect(Buffer.from(await picture(`images/${image.id}.jpg`)).equals(people.listed)).toBe(true);
    expect(Buffer.from(await picture(`history/${db_id}/original.jpg`)).equals(people.listed)).toBe(true);
    const head = await api.send('HEAD', `/api/v1/blacklist/${id}/export`);
    expect([head.status, head.bytes.length]).toEqual([200, 0]);
    expect(refusal(await api.get('/api/v1/blacklist/999999999/export'))).toEqual([
      404,
      'Blacklist entry not found',
    ]);
  });
}
