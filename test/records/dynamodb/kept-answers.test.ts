import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { openDynamoKeptAnswers } from '../../../lib/records/dynamodb/kept-answers.ts';
import { openDynamoRecords } from '../../../lib/records/dynamodb/records.ts';
import { createTable } from '../../../local/emulators/dynamodb-table.ts';
import { sharedService, tableForCloud, useEndpoint } from '../../service.ts';
import { keptAnswersSuite } from '../../suites/kept-answers.ts';

keptAnswersSuite('DynamoDB', async (now) => {
  const endpoint = await sharedService('dynamodb');
  useEndpoint('dynamodb', endpoint);
  const settings = { region: 'eu-west-1', tableName: (await tableForCloud()).tableName };
  await createTable({ ...settings, endpoint });
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
