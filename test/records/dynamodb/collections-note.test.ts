import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { openDynamoCollectionsNote } from '../../../lib/records/dynamodb/collections-note.ts';
import { newTable } from './tables.ts';

test('the number of collections is noted, and read as an earlier version noted it', async () => {
  const { endpoint, ...settings } = await newTable();
  const note = openDynamoCollectionsNote(settings);
  expect(await note.read('faces')).toBeUndefined();
  const client = new DynamoDBClient({ region: settings.region, endpoint });
  const Item = { pk: { S: 'note' }, sk: { S: 'collections faces' }, count: { N: '4' } };
  await client.send(new PutItemCommand({ TableName: settings.tableName, Item }));
  client.destroy();
  expect([await note.read('faces'), await note.read('others')]).toEqual([4, undefined]);
  await note.write('faces', 6);
  expect(await note.read('faces')).toBe(6);
});
