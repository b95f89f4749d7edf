import type { APIGatewayProxyEvent } from 'aws-lambda';

type Claims = Readonly<Record<string, unknown>>;
type Sent = Partial<Pick<APIGatewayProxyEvent, 'headers' | 'multiValueHeaders'>>;

const groupsClaim = 'cognito:groups';

/**
 * Reads the groups of a user from the token that the gateway has checked. What the gateway makes of the list,
 * `a,b` or `[a b]`, is no list any more, for a group may be called `a,b`.
 * @param claims of that token, as the gateway writes them
 * @returns undefined where the token is not there to tell several groups from one with such a name
 */
export function groupsOf(claims: Claims, sent: Sent): readonly unknown[] | undefined {
  const groups = tokenOf(claims, sent)?.[groupsClaim] ?? claims[groupsClaim] ?? [];
  if (Array.isArray(groups)) return groups;
  return /[[\],\s]/.test(String(groups)) ? undefined : [groups];
}

/** Reads the token of a request; undefined unless it is surely the one with these claims. */
function tokenOf(claims: Claims, sent: Sent): Claims | undefined {
  const [header, ...others] = authorizations(sent);
  const [, payload] = /^(?:Bearer +)?[\w-]+\.([\w-]+)\.[\w-]+$/i.exec(header ?? '') ?? [];
  if (payload === undefined || others.length > 0) return undefined;
  try {
    const token: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return token.sub === claims.sub && token.jti === claims.jti ? token : undefined;
  } catch {
    return undefined;
  }
}

/** Lists a request's headers of that name, of which the gateway checks but one. */
function authorizations({ headers, multiValueHeaders }: Sent): readonly string[] {
  const isWanted = ([name]: [string, unknown]) => name.toLowerCase() === 'authorization';
  const values = Object.entries({ ...headers, ...multiValueHeaders }).filter(isWanted);
  return [...new Set(values.flatMap(([, value]) => value ?? []))];
}
