import { describe, expect, it } from 'vitest';
import { jsonCall } from '../../../../local/emulators/gate/json-call.ts';
import { isAllowed, type Statement } from '../../../../local/emulators/gate/policy.ts';

const allow = (
  Action: string | string[],
  Resource: string,
  Condition?: Statement['Condition'],
): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

const table = 'arn:aws:dynamodb:eu-west-1:000000000000:table/records';
const audited = allow(['dynamodb:PutItem', 'dynamodb:BatchGetItem'], table, {
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit', 'audit#*'] },
});

/** Tells if the statements allow everything that a call to DynamoDB needs. */
const allows = (statements: readonly Statement[], operation: string, body: object) =>
  jsonCall(`DynamoDB_20120810.${operation}`, body as Record<string, unknown>, 'eu-west-1').needs.every(
    (needed) => isAllowed(statements, needed),
  );

describe('a policy', () => {
  it('allows what a statement names, with wildcards, and nothing else', () => {
    const statements = [allow('s3:GetObject', 'arn:aws:s3:::b/blacklist/*')];
    const get = { action: 's3:GetObject', facts: {} };
    expect(isAllowed(statements, { ...get, resource: 'arn:aws:s3:::b/blacklist/1/a.jpg' })).toBe(true);
    expect(isAllowed(statements, { ...get, resource: 'arn:aws:s3:::b/processed/a.jpg' })).toBe(false);
    expect(isAllowed(statements, { ...get, resource: 'arn:aws:s3:::bb/blacklist/a.jpg' })).toBe(false);
    const put = { action: 's3:PutObject', resource: 'arn:aws:s3:::b/blacklist/a', facts: {} };
    expect(isAllowed(statements, put)).toBe(false);
    expect(isAllowed([allow('s3:*', '*')], put)).toBe(true);
    expect(isAllowed([allow('s3:*', '*'), { ...allow('s3:PutObject', '*'), Effect: 'Deny' }], put)).toBe(
      false,
    );
  });

  it('allows a listing of its own prefixes alone', () => {
    const statements = [
      allow('s3:ListBucket', 'arn:aws:s3:::b', { StringLike: { 's3:prefix': ['blacklist/*'] } }),
    ];
    const list = (facts: Record<string, string[]>) =>
      isAllowed(statements, { action: 's3:ListBucket', resource: 'arn:aws:s3:::b', facts });
    expect(list({ 's3:prefix': ['blacklist/7/'] })).toBe(true);
    expect(list({ 's3:prefix': [''] })).toBe(false);
    expect(list({})).toBe(false);
  });

  it('refuses to guess at a condition that it does not know', () => {
    const statements = [allow('s3:GetObject', '*', { NumericLessThan: { 's3:max-keys': '1' } })];
    const needed = { action: 's3:GetObject', resource: '*', facts: { 's3:max-keys': ['1'] } };
    expect(() => isAllowed(statements, needed)).toThrow('NumericLessThan');
  });

  it('judges each part of a transaction, by its partition', () => {
    const put = (pk: string) => ({ Put: { TableName: 'records', Item: { pk: { S: pk } } } });
    const remove = { Delete: { TableName: 'records', Key: { pk: { S: 'audit#1' } } } };
    expect(allows([audited], 'TransactWriteItems', { TransactItems: [put('audit'), put('audit#3')] })).toBe(
      true,
    );
    expect(allows([audited], 'TransactWriteItems', { TransactItems: [put('audit'), put('entry#3')] })).toBe(
      false,
    );
    expect(allows([audited], 'TransactWriteItems', { TransactItems: [remove] })).toBe(false);
    const keys = (...names: string[]) => ({
      RequestItems: { records: { Keys: names.map((pk) => ({ pk: { S: pk } })) } },
    });
    expect(allows([audited], 'BatchGetItem', keys('audit', 'audit#2'))).toBe(true);
    expect(allows([audited], 'BatchGetItem', keys('audit', 'entry#2'))).toBe(false);
    expect(allows([audited], 'Query', { TableName: 'records' })).toBe(false);
  });

  it('knows the resources of the other services', () => {
    const needs = (target: string, body: Record<string, unknown>) =>
      jsonCall(target, body, 'eu-west-1').needs;
    expect(needs('RekognitionService.SearchFaces', { CollectionId: 'c' })).toMatchObject([
      {
        action: 'rekognition:SearchFaces',
        resource: 'arn:aws:rekognition:eu-west-1:000000000000:collection/c',
      },
    ]);
    expect(needs('RekognitionService.DetectFaces', {})).toMatchObject([{ resource: '*' }]);
    expect(needs('AWSEvents.PutEvents', { Entries: [{ Source: 'me', DetailType: 'x' }] })).toMatchObject([
      { action: 'events:PutEvents', facts: { 'events:source': ['me'], 'events:detail-type': ['x'] } },
    ]);
  });
});
