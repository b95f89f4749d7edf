/**
 * Program: serves a table with very many entries, as DynamoDB would in pages of 1 MB, without keeping them.
 * DynamoDB Local takes seconds for each such page. It tells its address by a message.
 *
 * usage: node bench/scale/many-entries.ts COUNT
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { marshall } from '@aws-sdk/util-dynamodb';
import { foldedName } from '../../lib/names/folded-name.ts';
import { entryKey, shownCountsKey } from '../../lib/records/dynamodb/items.ts';

const pageBytes = 2 ** 20;

interface QueryInput {
  readonly TableName?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly ExclusiveStartKey?: { readonly sk: { readonly S: string } };
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
}

/** Makes an entry's item, with the text that an average person has. */
function itemOf(id: number) {
  const day = new Date(Date.UTC(2020, 0, 1) + ((id * 7_919) % 2_000) * 86_400_000).toISOString();
  const name = `${((id * 2_654_435_761) % 2 ** 32).toString(36)} ${(id % 1_000).toString(36)} Person`;
  return {
    ...{ ...entryKey(id), id, name, folded: foldedName(name), reason: 'Banned from all shops for a year.' },
    ...{ addedDate: day, updatedDate: id % 3 === 0 ? day : null, expiresAt: id % 5 === 0 ? day : null },
    ...{ reviewAt: null, category: 'shoplifting', severity: 'warning', notes: null, suspended: false },
    ...{ status: 'ACTIVE', imageCount: 3, addedBy: 'front-desk', updatedBy: null, version: 1 },
  };
}

function query(
  count: number,
  { ExclusiveStartKey, ScanIndexForward = true, Limit = count }: QueryInput,
): string {
  const step = ScanIndexForward ? 1 : -1;
  const before = ExclusiveStartKey ? Number(ExclusiveStartKey.sk.S) : ScanIndexForward ? 0 : count + 1;
  const items: string[] = [];
  let id = before;
  for (let bytes = 0; bytes < pageBytes && items.length < Limit; ) {
    if (id + step < 1 || id + step > count) break;
    id += step;
    const item = itemOf(id);
    bytes += JSON.stringify(item).length;
    items.push(JSON.stringify(marshall(item)));
  }
  const isEnd = id + step < 1 || id + step > count;
  const last = isEnd ? '' : `,"LastEvaluatedKey":${JSON.stringify(marshall(entryKey(id)))}`;
  return `{"Count":${items.length},"Items":[${items.join(',')}]${last}}`;
}

function answer(count: number, operation: string | undefined, asked: QueryInput): string {
  if (operation === 'Query') return query(count, asked);
  const [table = ''] = Object.keys(asked.RequestItems ?? {});
  const counted = marshall({ ...shownCountsKey, base: count });
  return JSON.stringify({ Responses: { [table]: [counted] }, UnprocessedKeys: {} });
}

const count = Number(process.argv[2]);
const server = createServer(async (request, response) => {
  const operation = String(request.headers['x-amz-target']).split('.').at(-1);
  const body = answer(count, operation, (await json(request)) as QueryInput);
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
