import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { openDynamoAudit } from '../../../lib/records/dynamodb/audit.ts';
import { padded } from '../../../lib/records/dynamodb/items.ts';
import { auditSuite } from '../../suites/audit.ts';
import { type dynamoTables, openedRecords, region } from './tables.ts';

/**
 * Tests the audit trail. It is part of another test file, for each that starts a DynamoDB of its own takes
 * seconds.
 */
export function dynamoAuditSuite(tables: ReturnType<typeof dynamoTables>): void {
  auditSuite('DynamoDB', async () => {
    const settings = await tables.create();
    const { store, another, remove } = openedRecords(settings);
    const client = new DynamoDBClient({ region });
    return {
      store,
      trail: openDynamoAudit(settings),
      another,
      tamper: async ({ chain, sequence }, line) => {
        const key = { pk: `audit#${chain}`, sk: padded(sequence) };
        const TableName = settings.tableName;
        await (line
          ? client.send(new PutItemCommand({ TableName, Item: marshall({ ...line, ...key }) }))
          : client.send(new DeleteItemCommand({ TableName, Key: marshall(key) })));
      },
      // A head without its hash is one that no line can follow.
      breakLines: async () => {
        for (let shard = 0; shard < 16; shard++) {
          const Item = marshall({ pk: 'audit', sk: `shard-${shard}`, sequence: 1 });
          await client.send(new PutItemCommand({ TableName: settings.tableName, Item }));
        }
      },
      remove: async () => {
        client.destroy();
        await remove();
      },
    };
  });
}
