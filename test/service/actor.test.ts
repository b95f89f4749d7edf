import type { APIGatewayProxyEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
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

const subject = { sub: 'f0', jti: 'a1' };
/** Makes the token that the gateway has checked. */
const tokenWith = (groups?: readonly string[], who: object = subject) =>
  `head.${Buffer.from(JSON.stringify({ ...who, 'cognito:groups': groups })).toString('base64url')}.signature`;
const roleBy = (groups: string | undefined, sent: object) =>
  actorOf(
    {
      requestContext: { authorizer: { claims: { ...subject, 'cognito:groups': groups } } },
      ...sent,
    } as unknown as APIGatewayProxyEvent,
    { ungroupedRole: 'editor' },
  ).role;

describe.each([',', ' '])('of groups that the gateway joins with a "%s"', (joint) => {
  const written = (groups: readonly string[]) => (joint === ',' ? `${groups}` : `[${groups.join(joint)}]`);

  test.each([
    [['desk'], 'desk'],
    [['check', 'desk'], 'desk'],
    [['editor', 'check'], 'editor'],
    [['Admins', 'check'], 'check'],
    [['administrators'], 'editor'],
    [['x,admin'], 'editor'],
    [['[admin]'], 'editor'],
    [['[x', 'admin]'], 'editor'],
    [['check', 'a,admin,b'], 'check'],
  ])('%j has the role %s', (groups, role) => {
    const token = tokenWith(groups);
    for (const Authorization of [token, `Bearer ${token}`]) {
      expect(roleBy(written(groups), { headers: { Authorization } })).toBe(role);
      const multiValueHeaders = { Authorization: [Authorization] };
      expect(roleBy(written(groups), { headers: { Authorization }, multiValueHeaders })).toBe(role);
    }
  });
});

test.each([
  ['desk', 'desk'],
  ['administrators', 'editor'],
  [undefined, 'editor'],
  // Nobody knows if these are several groups, or one of that name.
  ['x,admin', 'metrics'],
  ['[admin]', 'metrics'],
  ['[x admin]', 'metrics'],
])('without the token, the groups %s have the role %s', (groups, role) => {
  const other = tokenWith(['admin'], { ...subject, jti: 'b2' });
  const [token, authorization] = [tokenWith(['x', 'admin']), 'Basic eDp5'];
  for (const sent of [
    {},
    { headers: null, multiValueHeaders: null },
    { headers: { authorization } },
    { headers: { authorization: other } },
    { headers: { authorization: 'a.b.c' } },
    { headers: { authorization: token }, multiValueHeaders: { authorization: [other, token] } },
    { headers: { Authorization: other, authorization: token } },
  ])
    expect(roleBy(groups, sent), JSON.stringify(sent)).toBe(role);
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
