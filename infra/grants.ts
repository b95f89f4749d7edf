import { Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import {
  entryDeletedType,
  matchEventSource,
  matchEventType,
  reviewEventType,
} from '../lib/contract/match-event.ts';
import type { Needs } from './needs.ts';
import type { Resources } from './resources.ts';

/** Allows a function's role to do what the function needs, and no more. */
export function grant(role: Role, needs: Needs, resources: Resources): void {
  for (const statement of statementsFor(needs, resources)) role.addToPrincipalPolicy(statement);
  acknowledgeWildcards(role, needs, resources);
}

function statementsFor(needs: Needs, resources: Resources): PolicyStatement[] {
  const { table, bucket, collectionArns, key } = resources;
  const { table: tableActions = [], objects = {}, collection = [], withoutCollection = [] } = needs;
  const statements = [
    { actions: tableActions, resources: [table.tableArn] },
    ...Object.entries(objects).map(([action, keys]) => ({
      actions: [action],
      resources: keys.map((key) => bucket.arnForObjects(key)),
    })),
    { actions: collectionActions(collection, collectionArns.length), resources: [...collectionArns] },
    ...lookBackStatements(needs, resources),
    { actions: withoutCollection, resources: ['*'] },
    ...(key ? [{ actions: keyActions(needs), resources: [key.keyArn] }] : []),
  ];
  return [
    ...statements
      .filter(({ actions }) => actions.length > 0)
      .map(({ actions, resources }) => new PolicyStatement({ actions: [...actions], resources })),
    ...(needs.audit ? [auditStatement(table)] : []),
    ...listStatements(needs, bucket.bucketArn),
    ...(needs.matchEvents ? [publishStatement(table)] : []),
  ];
}

/**
 * Lists the actions on the collections. A new face is known in its own alone, so in the others its picture is
 * searched for.
 */
function collectionActions(actions: readonly string[], count: number): string[] {
  const isElsewhere = count > 1 && actions.includes('rekognition:SearchFaces');
  return [...actions, ...(isElsewhere ? ['rekognition:SearchFacesByImage'] : [])];
}

/** Makes the statements for the faces of those who matched nobody. */
function lookBackStatements(
  { lookBack }: Needs,
  { lookBackArn, keepsUnmatched, bucket }: Resources,
): { readonly actions: readonly string[]; readonly resources: string[] }[] {
  if (!lookBack || !(keepsUnmatched || lookBack.always)) return [];
  const references = { actions: ['s3:GetObject'], resources: [bucket.arnForObjects('blacklist/*')] };
  return [
    { actions: lookBack.collection, resources: [lookBackArn] },
    ...(lookBack.readsReferences ? [references] : []),
  ];
}

/** Allows to read the ends of the audit trail's chains and to add lines, but to remove none. */
function auditStatement(table: Resources['table']): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:BatchGetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit', 'audit#*'] } },
  });
}

/** Allows events of these types only, in this service's name, on the default bus. */
function publishStatement(table: Resources['table']): PolicyStatement {
  return new PolicyStatement({
    actions: ['events:PutEvents'],
    resources: [
      Stack.of(table).formatArn({ service: 'events', resource: 'event-bus', resourceName: 'default' }),
    ],
    conditions: {
      StringEquals: {
        'events:source': matchEventSource,
        'events:detail-type': [matchEventType, entryDeletedType, reviewEventType],
      },
    },
  });
}

function listStatements({ list, versions }: Needs, bucketArn: string): PolicyStatement[] {
  const statement = (action: string, keys: Needs['list']) =>
    keys === undefined
      ? []
      : new PolicyStatement({
          actions: [action],
          resources: [bucketArn],
          ...(keys !== 'everything' && { conditions: { StringLike: { 's3:prefix': keys } } }),
        });
  return [statement('s3:ListBucket', list), statement('s3:ListBucketVersions', versions)].flat();
}

/**
 * Lists the actions on the key. S3 and DynamoDB use the key in the caller's name: they decrypt to read and
 * make data keys to write.
 */
function keyActions({ table = [], objects = {}, audit }: Needs): string[] {
  const actions = new Set<string>();
  if (table.length > 0 || audit || Object.keys(objects).length > 0) actions.add('kms:Decrypt');
  if (table.length > 0 || audit) actions.add('kms:DescribeKey');
  if ('s3:PutObject' in objects) actions.add('kms:GenerateDataKey');
  if (audit || table.includes('dynamodb:PutItem')) {
    for (const action of ['Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'])
      actions.add(`kms:${action}`);
  }
  return [...actions];
}

function acknowledgeWildcards(role: Role, needs: Needs, { bucket }: Resources): void {
  const bucketId = role.stack.getLogicalId(bucket.node.defaultChild as never);
  const patterns = new Set(Object.values(needs.objects ?? {}).flat());
  Validations.of(role).acknowledge(
    ...[...patterns].map((pattern) => ({
      id: `AwsSolutions-IAM5[Resource::<${bucketId}.Arn>/${pattern}]`,
      reason: 'The keys are made, or told, while the function runs; they all have this beginning.',
    })),
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'X-Ray has no resources to restrict writing traces to; DetectFaces and CompareFaces, which touch no collection, and ListStreams have none either.',
    },
  );
}
