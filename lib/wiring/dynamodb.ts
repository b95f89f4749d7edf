import type { AwsConfig, Config } from '../config.ts';
import type { StoreAdapters } from './store-adapters.ts';

/** Gives the adapters of records that lie in a DynamoDB table, for a process that is no Lambda function. */
export function dynamodbAdapters(
  config: Config,
  aws: AwsConfig & { readonly tableName: string },
): StoreAdapters {
  const table = { region: aws.region, tableName: aws.tableName };
  const records = async () => {
    const { openDynamoRecords } = await import('../records/dynamodb/records.ts');
    // The faces that matched nobody: those of before may have to go.
    const { openKeptCollection } = await import('../faces/rekognition/kept-collection.ts');
    return openDynamoRecords(table, openKeptCollection(aws, config.lookBackDays));
  };
  return {
    records,
    presentRecords: records,
    async dataFolder() {
      const folder = (await import('../records/sqlite/data-folder.ts')).openSqliteDataFolder(config);
      // The folder has no more than its claims then.
      const elsewhere = {
        keepsRecords: false,
        missingRecords: () => undefined,
        mayHaveKeptFaces: () => true,
      };
      return { ...folder, ...elsewhere };
    },
    audit: async () => (await import('../records/dynamodb/audit.ts')).openDynamoAudit(table),
    keptAnswers: async () =>
      (await import('../records/dynamodb/kept-answers.ts')).openDynamoKeptAnswers(table),
    collectionsNote: async () =>
      (await import('../records/dynamodb/collections-note.ts')).openDynamoCollectionsNote(table),
    keptFaces: async () => (await import('../records/dynamodb/kept-faces.ts')).openDynamoKeptFaces(table),
    outbox: async () => undefined,
    storeId: async () => (await import('../records/dynamodb/store-id.ts')).storeId(table),
  };
}
