import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { openDynamoKeptAnswers } from '../../../lib/records/dynamodb/kept-answers.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import { keptAnswersSuite } from '../../suites/kept-answers.ts';
import { newTable } from './tables.ts';

keptAnswersSuite('DynamoDB', async (now) => {
  const { endpoint, ...settings } = await newTable();
  const records = openDynamoRecords(settings);
  const client = new DynamoDBClient({ region: settings.region, endpoint });
  return {
    answers: openDynamoKeptAnswers(settings, now),
    erase: (entryId) => records.purge(entryId),
    size: async () => (await client.send(new ScanCommand({ TableName: settings.tableName }))).Count ?? 0,
    async remove() {
      client.destroy();
      await records.close();
    },
  };
});
