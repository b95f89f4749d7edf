import { type AwsCall, account, type NeededPermission, permission } from './call.ts';

type Body = Readonly<Record<string, unknown>>;

/**
 * Reads the operation and the needed permissions of a call in AWS's JSON protocol.
 * @param target value of `X-Amz-Target`, such as `DynamoDB_20120810.Query`
 */
export function jsonCall(target: string, body: Body, region: string): AwsCall {
  const [service = '', operation = ''] = target.split('.');
  if (service === 'DynamoDB_20120810') return { operation, needs: tableNeeds(operation, body, region) };
  if (service === 'RekognitionService') return { operation, needs: faceNeeds(operation, body, region) };
  if (service === 'AmazonSQS') return { operation, needs: queueNeeds(operation, body, region) };
  if (service === 'AWSEvents') return { operation, needs: eventNeeds(body, region) };
  return { operation, needs: [] };
}

function faceNeeds(operation: string, { CollectionId }: Body, region: string): NeededPermission[] {
  const resource =
    CollectionId === undefined ? '*' : `arn:aws:rekognition:${region}:${account}:collection/${CollectionId}`;
  return [permission(`rekognition:${operation}`, resource)];
}

function queueNeeds(operation: string, { QueueUrl }: Body, region: string): NeededPermission[] {
  const name = String(QueueUrl).split('/').at(-1);
  return [permission(`sqs:${operation}`, `arn:aws:sqs:${region}:${account}:${name}`)];
}

function eventNeeds({ Entries = [] }: Body, region: string): NeededPermission[] {
  return (Entries as Body[]).map(({ EventBusName = 'default', Source, DetailType }) =>
    permission('events:PutEvents', `arn:aws:events:${region}:${account}:event-bus/${EventBusName}`, {
      'events:source': [String(Source)],
      'events:detail-type': [String(DetailType)],
    }),
  );
}

/** Names of a transaction's parts, with the actions that they need. */
const partActions: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
};

function tableNeeds(operation: string, body: Body, region: string): NeededPermission[] {
  const needed = (action: string, table: unknown, keys: readonly unknown[]) => {
    const leading = keys.map(partitionKey).filter((key) => key !== undefined);
    return permission(`dynamodb:${action}`, `arn:aws:dynamodb:${region}:${account}:table/${table}`, {
      ...(leading.length > 0 && { 'dynamodb:LeadingKeys': leading }),
    });
  };
  if (body.TransactItems) {
    return (body.TransactItems as Body[]).flatMap((item) =>
      Object.entries(item).map(([part, value]) => {
        const { TableName, Key, Item } = value as Body;
        return needed(partActions[part] ?? part, TableName, [Key ?? Item]);
      }),
    );
  }
  if (body.RequestItems) {
    return Object.entries(body.RequestItems as Body).map(([table, request]) =>
      needed(operation, table, keysOf(request)),
    );
  }
  const queried = operation === 'Query' ? queriedKeys(body) : [];
  return [needed(operation, body.TableName, [body.Key ?? body.Item, ...queried])];
}

function keysOf(request: unknown): unknown[] {
  if (!Array.isArray(request)) return ((request as Body).Keys ?? []) as unknown[];
  return request.map(
    ({ PutRequest, DeleteRequest }: Record<string, Body>) => PutRequest?.Item ?? DeleteRequest?.Key,
  );
}

/** Finds the partition that a query is for: the value of its condition's first equality. */
function queriedKeys({ KeyConditionExpression = '', ExpressionAttributeValues = {} }: Body): unknown[] {
  const [, name = ''] = /=\s*(:\w+)/.exec(String(KeyConditionExpression)) ?? [];
  const value = (ExpressionAttributeValues as Body)[name];
  return value === undefined ? [] : [{ pk: value }];
}

function partitionKey(key: unknown): string | undefined {
  return (key as { pk?: { S?: string } } | undefined)?.pk?.S;
}
