import type { APIGatewayProxyEvent } from 'aws-lambda';
import { isRole, type Role, roles } from '../contract/role.ts';

export type { Role } from '../contract/role.ts';

/** Whoever asks for something, or the part of this service that does something by itself. */
export interface Actor {
  /** Name of a token, a user or a role of IAM; never a secret. */
  readonly name: string;
  readonly role: Role;
}

/** The one actor of a service on loopback that asks nobody for a token. */
export const localActor: Actor = { name: 'local', role: 'admin' };

/** The role of whoever was let in without any: the least. */
const leastRole = roles[0];

/**
 * Returns who asks, by the word of the gateway in front of the handler. A local server writes it as an
 * authorizer of one's own would: `principalId` and `role`.
 */
export function actorOf({ requestContext: { authorizer, identity } }: APIGatewayProxyEvent): Actor {
  if (authorizer?.claims) return actorOfClaims(authorizer.claims);
  if (authorizer) {
    return {
      name: nameOf(authorizer.principalId),
      role: isRole(authorizer.role) ? authorizer.role : leastRole,
    };
  }
  // IAM's policies, or nobody, have decided what they may call.
  if (identity?.userArn) return { name: nameOfArn(identity.userArn), role: 'admin' };
  return { name: identity?.apiKeyId ? `key-${identity.apiKeyId}` : 'anonymous', role: 'admin' };
}

/** Reads the claims of a Cognito token: the highest role among its groups counts. */
function actorOfClaims(claims: Readonly<Record<string, unknown>>): Actor {
  // REST APIs write the list as `a,b`, and HTTP APIs as `[a b]`.
  const groups = String(claims['cognito:groups'] ?? '').split(/[[\],\s]+/);
  return {
    name: nameOf(claims['cognito:username'] ?? claims.username ?? claims.sub),
    role: roles.findLast((role) => groups.includes(role)) ?? leastRole,
  };
}

/**
 * Returns the last part of an ARN. Of an assumed role it is the role's name and the session's, for a caller
 * may call its session as it likes.
 */
function nameOfArn(arn: string): string {
  const [kind, ...path] = (arn.split(':').at(-1) ?? arn).split('/');
  const name = kind === 'assumed-role' ? path.slice(-2).join('/') : path.at(-1);
  return nameOf(name ?? kind);
}

const maxNameLength = 200;

function nameOf(text: unknown): string {
  return typeof text === 'string' && text !== '' ? text.slice(0, maxNameLength) : 'unknown';
}
