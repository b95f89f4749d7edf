import type { APIGatewayProxyEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { readIamRoles } from '../../lib/contract/role.ts';
import { actorOf } from '../../lib/service/actor.ts';

const event = (requestContext: object) => ({ requestContext }) as APIGatewayProxyEvent;
const byArn = (userArn: string) => actorOf(event({ authorizer: null, identity: { userArn } }));
const byClaims = (claims: object) => actorOf(event({ authorizer: { claims }, identity: { userArn: null } }));

test.each([
  ['arn:aws:iam::123456789012:user/jane', 'jane'],
  ['arn:aws:iam::123456789012:user/staff/doors/jane', 'jane'],
  ['arn:aws-cn:sts::123456789012:assumed-role/Door/camera-7', 'Door/camera-7'],
  ['arn:aws:iam::123456789012:root', 'root'],
])('%s is %s', (arn, name) => {
  expect(byArn(arn)).toEqual({ name, role: 'admin' });
});

test('who may choose the name of a session is not taken for a user of that name', () => {
  expect(byArn('arn:aws:sts::123456789012:assumed-role/Door/jane').name).not.toBe('jane');
});

test.each([
  ['arn:aws:sts::123456789012:assumed-role/Door/jane', 'check'],
  ['arn:aws:iam::123456789012:user/staff/jane', 'admin'],
  ['arn:aws:sts::123456789012:assumed-role/door/x', 'desk'],
  // Names that their bearers choose are no user's and no role's.
  ['arn:aws:sts::123456789012:federated-user/jane', 'desk'],
  ['arn:aws:sts::123456789012:assumed-role/jane/Door', 'desk'],
  ['arn:aws:iam::123456789012:user/Door', 'desk'],
  ['arn:aws:iam::123456789012:root', 'desk'],
])('with roles of IAM, %s is %s', (userArn, role) => {
  const given = readIamRoles(['role/Door=check', 'user/jane=admin']) ?? new Map();
  const of = (iamRoles: typeof given) =>
    actorOf(event({ authorizer: null, identity: { userArn } }), { iamRoles }).role;
  expect(of(new Map([...given, ['*', 'desk']]))).toBe(role);
  // Who is not named has the least role, unless others have one.
  expect(of(given)).toBe(role === 'desk' ? 'metrics' : role);
});

test.each([
  ['desk', 'desk'],
  ['check,desk', 'desk'],
  ['[editor check]', 'editor'],
  ['Admins,check', 'check'],
  ['administrators', 'metrics'],
  ['', 'metrics'],
  [undefined, 'metrics'],
])('the groups %s have the role %s', (groups, role) => {
  const claims = {
    sub: 'f0',
    'cognito:username': 'jane',
    ...(groups !== undefined && { 'cognito:groups': groups }),
  };
  expect(byClaims(claims)).toEqual({ name: 'jane', role });
});

test.each([
  ['Jane@Example.com', 'true', 'jane@example.com'],
  ['jane@example.com', true, 'jane@example.com'],
  ['jane@example.com', 'false', 'f0'],
  ['jane@example.com', undefined, 'f0'],
  ['', 'true', 'f0'],
  [undefined, 'true', 'f0'],
])('a user is called by the mail address %s if it is verified: %s', (email, email_verified, name) => {
  expect(byClaims({ sub: 'f0', 'cognito:username': 'f0', email, email_verified }).name).toBe(name);
});

test('an authorizer names the actor and its role, of which one that is unknown is the least', () => {
  const by = (role?: string) => actorOf(event({ authorizer: { principalId: 'door-3', role } }));
  expect(by('check')).toEqual({ name: 'door-3', role: 'check' });
  for (const role of ['Admin', 'root', '', undefined])
    expect(by(role)).toEqual({ name: 'door-3', role: 'metrics' });
});

test('whom the gateway lets in without a name is told apart by the key alone', () => {
  const of = (identity: object) => actorOf(event({ authorizer: null, identity }));
  expect(of({ userArn: null, apiKeyId: 'k1' })).toEqual({ name: 'key-k1', role: 'admin' });
  expect(of({ userArn: null, apiKeyId: null })).toEqual({ name: 'anonymous', role: 'admin' });
});
