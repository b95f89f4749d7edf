import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type KeySet, TokenSigner } from './tokens.ts';

export interface PoolUser {
  readonly email: string;
  readonly password: string;
  readonly groups: readonly string[];
}

export interface PoolOptions {
  readonly users: readonly PoolUser[];
  /** Address that the one client may come back to, after signing in and after signing out. */
  readonly pageUrl: string;
  /** Lives of tokens, in seconds. */
  readonly tokenSeconds?: number;
}

/** A refusal as OAuth words it: `invalid_grant` and the like. */
export class OAuthError extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** A request for a code, whose client and address to come back to are known. */
export interface CodeRequest {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly challenge: string;
}

interface Code extends CodeRequest {
  readonly user: PoolUser;
  readonly until: number;
}

const codeMs = 5 * 60_000;
const scopes = ['openid', 'email'];

/** The state of a user pool with one client, which is a page: it has no secret, and must send a challenge. */
export class UserPool {
  readonly clientId = randomBytes(13).toString('hex');
  /** Name of the pool, which its tokens carry. It is the pool's address. */
  issuer = '';
  readonly #options: Required<PoolOptions>;
  readonly #signer = new TokenSigner();
  readonly #subjects = new Map<PoolUser, string>();
  readonly #codes = new Map<string, Code>();
  readonly #renewals = new Map<string, PoolUser>();
  readonly #sessions = new Map<string, PoolUser>();

  constructor(options: PoolOptions) {
    this.#options = { tokenSeconds: 3600, ...options };
    for (const user of options.users) this.#subjects.set(user, randomUUID());
  }

  get keySet(): KeySet {
    return this.#signer.keySet;
  }

  /** Returns true for the client's own address to come back to, to the letter. */
  knows(clientId: string | null, pageUrl: string | null): boolean {
    return clientId === this.clientId && pageUrl === this.#options.pageUrl;
  }

  /**
   * Reads what a client asks for.
   * @throws OAuthError that the client is to be told
   */
  codeRequest(query: URLSearchParams): CodeRequest {
    if (query.get('response_type') !== 'code') throw new OAuthError('unsupported_response_type');
    const asked = (query.get('scope') ?? '').split(' ');
    if (!asked.every((scope) => scopes.includes(scope))) throw new OAuthError('invalid_scope');
    const challenge = query.get('code_challenge');
    // Cognito does not insist on one. This pool is only for pages, which must send one.
    if (!challenge || query.get('code_challenge_method') !== 'S256') throw new OAuthError('invalid_request');
    return {
      redirectUri: query.get('redirect_uri') ?? '',
      state: query.get('state') ?? undefined,
      nonce: query.get('nonce') ?? undefined,
      challenge,
    };
  }

  /** Begins a session of somebody who knows the password; undefined for anybody else. */
  signIn(email: string | null, password: string | null): string | undefined {
    const user = this.#options.users.find((one) => one.email === email && one.password === password);
    if (user === undefined) return undefined;
    const session = randomUUID();
    this.#sessions.set(session, user);
    return session;
  }

  endSession(session: string | undefined): void {
    if (session !== undefined) this.#sessions.delete(session);
  }

  /** Makes a code for whoever has a session; undefined if nobody has it. */
  codeFor(session: string | undefined, request: CodeRequest): string | undefined {
    const user = this.#sessions.get(session ?? '');
    if (user === undefined) return undefined;
    const code = randomUUID();
    this.#codes.set(code, { ...request, user, until: Date.now() + codeMs });
    return code;
  }

  /**
   * Gives tokens for a code, or for an earlier answer's token.
   * @throws OAuthError
   */
  tokens(form: URLSearchParams): object {
    if (form.get('client_id') !== this.clientId) throw new OAuthError('invalid_client');
    switch (form.get('grant_type')) {
      case 'authorization_code':
        return this.#tokensForCode(form);
      case 'refresh_token': {
        const user = this.#renewals.get(form.get('refresh_token') ?? '');
        if (user === undefined) throw new OAuthError('invalid_grant');
        return this.#answer(user, undefined);
      }
      default:
        throw new OAuthError('unsupported_grant_type');
    }
  }

  /** Withdraws a token for renewals, if there is such a one. */
  revoke(form: URLSearchParams): object {
    if (form.get('client_id') !== this.clientId) throw new OAuthError('invalid_client');
    this.#renewals.delete(form.get('token') ?? '');
    return {};
  }

  #tokensForCode(form: URLSearchParams): object {
    const name = form.get('code') ?? '';
    const code = this.#codes.get(name);
    // A code counts once, even if what comes with it is wrong.
    this.#codes.delete(name);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      code !== undefined &&
      code.until > Date.now() &&
      code.redirectUri === form.get('redirect_uri') &&
      code.challenge === challenge;
    if (!isRight) throw new OAuthError('invalid_grant');
    const refresh_token = randomBytes(48).toString('base64url');
    this.#renewals.set(refresh_token, code.user);
    return { ...this.#answer(code.user, code.nonce), refresh_token };
  }

  #answer(user: PoolUser, nonce: string | undefined): object {
    const { tokenSeconds } = this.#options;
    const now = Math.floor(Date.now() / 1000);
    const sub = this.#subjects.get(user);
    const shared = { sub, iss: this.issuer, iat: now, exp: now + tokenSeconds, jti: randomUUID() };
    const groups = { 'cognito:groups': user.groups };
    return {
      id_token: this.#signer.sign({
        ...{ ...shared, ...groups, token_use: 'id', aud: this.clientId, nonce },
        ...{ 'cognito:username': sub, email: user.email, email_verified: true, auth_time: now },
      }),
      access_token: this.#signer.sign({
        ...{ ...shared, ...groups, token_use: 'access', client_id: this.clientId },
        ...{ username: sub, scope: scopes.join(' ') },
      }),
      expires_in: tokenSeconds,
      token_type: 'Bearer',
    };
  }
}
