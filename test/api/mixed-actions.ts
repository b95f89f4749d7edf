import { type Role, roles } from '../../lib/contract/role.ts';
import { tokenLine } from '../../lib/service/tokens.ts';
import { sample } from './pictures.ts';

/** Lines of a file of tokens, one for each role. */
export function tokenLines(): string {
  return roles.map((role) => tokenLine(`the-${role}`, role, tokenOf(role))).join('\n');
}

function tokenOf(role: Role): string {
  return `the-token-of-${role}`;
}

/** Asks a server that knows `tokenLines` something in a role. */
export function askAs(
  url: string,
  role: Role,
  method: string,
  path: string,
  body?: FormData | object,
): Promise<Response> {
  const isJson = body !== undefined && !(body instanceof FormData);
  return fetch(new URL(`/api/v1${path}`, url), {
    method,
    // Pictures in AWS are elsewhere.
    redirect: 'manual',
    headers: {
      Authorization: `Bearer ${tokenOf(role)}`,
      ...(isJson && { 'Content-Type': 'application/json' }),
    },
    body: isJson ? JSON.stringify(body) : ((body as FormData | undefined) ?? null),
  });
}

const clients = 8;
/** Position of the action that changes something. */
const change = 7;

/** A request that was answered. */
export interface Done {
  readonly requestId: string;
  /** The request has changed something. */
  readonly isChange: boolean;
}

/** Actions of people all day, with one listed person and one processed picture. */
export class MixedActions {
  readonly #url: () => string;
  #entryId = 0;
  #imageId = '';
  processedId = 0;

  /** @param url gives the server's address, which changes when it is started again */
  constructor(url: () => string) {
    this.#url = url;
  }

  ask(
    ...request: Parameters<typeof askAs> extends [string, ...infer Rest] ? Rest : never
  ): Promise<Response> {
    return askAs(this.#url(), ...request);
  }

  /** Lists the person, and processes a picture. Returns the picture as a string of a request. */
  async begin(): Promise<string> {
    const form = new FormData();
    form.append('name', 'Person');
    const bytes = await sample(3, 640);
    form.append('images', new Blob([new Uint8Array(bytes)]), 'a.jpg');
    const created = await this.ask('editor', 'POST', '/blacklist/', form);
    this.#entryId = ((await created.json()) as { id: number }).id;
    const listed = await this.ask('desk', 'GET', `/blacklist/${this.#entryId}/images`);
    this.#imageId = ((await listed.json()) as { id: string }[])[0]?.id ?? '';
    const picture = bytes.toString('base64');
    const results = await this.ask('check', 'POST', '/process/process-images', { images: [picture] });
    this.processedId = ((await results.json()) as { db_id: number }[])[0]?.db_id ?? 0;
    return picture;
  }

  /** Does one of many things, by its number. */
  #action(number: number): Promise<Response> {
    const entry = `/blacklist/${this.#entryId}/`;
    const processed = `/processed-images/${this.processedId}`;
    const choices = [
      () => this.ask('desk', 'GET', '/blacklist/'),
      () => this.ask('desk', 'GET', entry),
      () => this.ask('desk', 'GET', `${entry}images`),
      () => this.ask('editor', 'GET', `${entry}images/${this.#imageId}`),
      () => this.ask('desk', 'GET', '/processed-images/'),
      () => this.ask('check', 'GET', processed),
      () => this.ask('desk', 'GET', `${processed}/image`),
      () => this.ask('editor', 'PUT', entry, { name: `Person ${number}`, reason: 'x' }),
      () => this.ask('desk', 'DELETE', entry),
      () => this.ask('desk', 'GET', '/blacklist/9999/'),
      () => this.ask('admin', 'PUT', entry, { name: '' }),
      () => this.ask('admin', 'GET', '/audit?limit=5'),
    ];
    return (choices[number % choices.length] as () => Promise<Response>)();
  }

  /**
   * Does those of a range of numbers, by several clients at once.
   * @returns the requests that were answered
   */
  async doMany(from: number, to: number, onDone: (count: number) => void = () => {}): Promise<Done[]> {
    const done: Done[] = [];
    let next = from;
    const work = async () => {
      while (next < to) {
        const number = next++;
        const reply = await this.#action(number).catch(() => undefined);
        if (!reply) return;
        await reply.arrayBuffer().catch(() => undefined);
        const isChange = number % 12 === change && reply.status === 200;
        done.push({ requestId: reply.headers.get('x-request-id') ?? '', isChange });
        onDone(done.length);
      }
    };
    await Promise.all(Array.from({ length: clients }, work));
    return done;
  }
}
