import type { APIGatewayProxyEvent } from 'aws-lambda';
import type { Endpoint } from '../contract/endpoint.ts';
import { includesRole, isRole, type Role, roles } from '../contract/role.ts';
import { ForbiddenError } from '../errors.ts';
import { groupsOf } from './token-groups.ts';

export type { Role } from '../contract/role.ts';

/** Sender of a request, or the part of this service that acts by itself. */
export interface Actor {
  /** Name of a token, a user or a role of IAM; never a secret. */
  readonly name: string;
  readonly role: Role;
}

/** Actor of all requests to a service on loopback without tokens. */
export const localActor: Actor = { name: 'local', role: 'admin' };

interface ActorOptions {
  readonly ungroupedRole?: Role;
  readonly iamRoles?: ReadonlyMap<string, Role>;
}

/** Role of clients that were let in without one: the lowest. */
const leastRole = roles[0];

/**
 * Returns a request's sender as the gateway in front of the handler reports it. A local server reports it as
 * a custom authorizer does: by `principalId` and `role`.
 * @param options `ungroupedRole` is the role of a user of Cognito's who is in none of the roles' groups.
 * `iamRoles` has the roles of callers of IAM, see `readIamRoles`.
 */
export function actorOf(
  event: APIGatewayProxyEvent,
  { ungroupedRole = leastRole, iamRoles }: ActorOptions = {},
): Actor {
  const { authorizer, identity } = event.requestContext;
  if (authorizer?.claims) {
    const groups = groupsOf(authorizer.claims, event);
    return { name: nameOfClaims(authorizer.claims), role: roleOfGroups(groups, ungroupedRole) };
  }
  if (authorizer) {
    return {
      name: nameOf(authorizer.principalId),
      role: isRole(authorizer.role) ? authorizer.role : leastRole,
    };
  }
  if (identity?.userArn)
    return { name: nameOfArn(identity.userArn), role: roleOfArn(identity.userArn, iamRoles) };
  // Without authorization, all calls are allowed.
  return { name: identity?.apiKeyId ? `key-${identity.apiKeyId}` : 'anonymous', role: 'admin' };
}

/** Returns true if somebody has the role for an endpoint. */
export function mayDo(
  { role }: Actor,
  { role: wanted, public: isPublic }: Pick<Endpoint, 'role' | 'public'>,
): boolean {
  return isPublic === true || includesRole(role, wanted);
}

/**
 * Refuses whoever has not the role for an endpoint.
 * @throws ForbiddenError
 */
export function requireRole(actor: Actor, endpoint: Pick<Endpoint, 'role' | 'public'>): void {
  if (mayDo(actor, endpoint)) return;
  const wanted = endpoint.role === 'admin' ? 'the role admin' : `the role ${endpoint.role} or a higher one`;
  throw new ForbiddenError(`This wants ${wanted}; '${actor.name}' has the role ${actor.role}.`);
}

/** Returns true if somebody may be told of listed people whom no face matched: whoever may read the list. */
export function maySeeUnmatched({ role }: Pick<Actor, 'role'>): boolean {
  return includesRole(role, 'desk');
}

/**
 * Returns the name by which results must have been made that an actor may see; `undefined` where it may see
 * everybody's.
 */
export function ownResultsOf({ name, role }: Actor): string | undefined {
  return includesRole(role, 'desk') ? undefined : name;
}

function nameOfClaims(claims: Readonly<Record<string, unknown>>): string {
  return nameOf(emailOf(claims) ?? claims['cognito:username'] ?? claims.username ?? claims.sub);
}

/** Returns the highest role among a user's groups; the least for whoever is in groups that are not known. */
function roleOfGroups(groups: readonly unknown[] | undefined, ungroupedRole: Role): Role {
  if (groups === undefined) return leastRole;
  return roles.findLast((role) => groups.includes(role)) ?? ungroupedRole;
}

/**
 * Returns a user's mail address, by which people know each other; a pool's own name of a user may be an id.
 * One that is not verified may be anybody's.
 */
function emailOf({ email, email_verified }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof email === 'string' && email !== '' && String(email_verified) === 'true'
    ? email.toLowerCase()
    : undefined;
}

/**
 * Returns the last part of an ARN. For an assumed role, these are the names of the role and of the session,
 * because the sender chooses the session's name.
 */
function nameOfArn(arn: string): string {
  const [kind, ...path] = (arn.split(':').at(-1) ?? arn).split('/');
  const name = kind === 'assumed-role' ? path.slice(-2).join('/') : path.at(-1);
  return nameOf(name ?? kind);
}

/**
 * Returns the role of a caller of IAM. Unless roles are given to callers, IAM's policies alone decide, and
 * each caller is an administrator.
 */
function roleOfArn(arn: string, iamRoles: ReadonlyMap<string, Role> = new Map()): Role {
  const [kind, ...path] = (arn.split(':').at(-1) ?? '').split('/');
  // Whoever assumes a role chooses the name of the session, and whoever federates a user that user's name.
  const caller = kind === 'assumed-role' ? `role/${path[0]}` : kind === 'user' ? `user/${path.at(-1)}` : '';
  return iamRoles.get(caller) ?? iamRoles.get('*') ?? (iamRoles.size > 0 ? leastRole : 'admin');
}

const maxNameLength = 200;

function nameOf(text: unknown): string {
  return typeof text === 'string' && text !== '' ? text.slice(0, maxNameLength) : 'unknown';
}
