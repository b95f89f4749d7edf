import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractServer, problemsIn, startContractServer } from './contract-server.ts';

let server: ContractServer;
beforeAll(async () => {
  server = await startContractServer();
});
afterAll(() => server.stop());

async function upload(path: string, form: FormData) {
  const encoded = new Response(form);
  return server.send('POST', path, {
    headers: { 'Content-Type': encoded.headers.get('content-type') ?? '' },
    body: await encoded.bytes(),
  });
}

function form(entries: readonly [string, string | File][]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) {
    if (typeof value === 'string') data.append(name, value);
    else data.append(name, value);
  }
  return data;
}

const picture = new File([Buffer.from([0xff, 0xd8, 0xff])], 'a.jpg', { type: 'image/jpeg' });

describe('an upload', () => {
  it('arrives with its fields and files, in their order', async () => {
    const other = new File(['second'], 'b.png', { type: 'image/png' });
    const reply = await upload(
      '/api/v1/blacklist/',
      form([
        ['images', picture],
        ['name', 'Jürgen 李'],
        ['images', other],
        ['note', 'ignored'],
        ['attachment', other],
      ]),
    );
    expect(reply.status).toBe(201);
    expect(server.input.body).toEqual({ name: 'Jürgen 李', reason: null });
    expect(server.input.files).toEqual([
      { fileName: 'a.jpg', contentType: 'image/jpeg', bytes: Buffer.from([0xff, 0xd8, 0xff]) },
      { fileName: 'b.png', contentType: 'image/png', bytes: Buffer.from('second') },
    ]);
  });

  it('may have file names in any script', async () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/["\\/\r\n%]|^\.{1,2}$/.test(text) && text.isWellFormed());
    await fc.assert(
      fc.asyncProperty(name, async (fileName) => {
        await upload('/api/v1/blacklist/7/images', form([['images', new File(['x'], fileName)]]));
        expect(server.input.files.map((file) => file.fileName)).toEqual([fileName]);
      }),
    );
  });

  it('may have a file name in the extended notation, and one with folders loses them', async () => {
    const fileNamesOf = async (...dispositions: string[]) => {
      const parts = dispositions.map(
        (disposition) =>
          `--x\r\nContent-Disposition: form-data; name="images"; ${disposition}\r\n\r\nbytes\r\n`,
      );
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      await server.send('POST', '/api/v1/blacklist/7/images', { headers, body: `${parts.join('')}--x--` });
      return server.input.files.map(({ fileName }) => fileName);
    };
    expect(
      await fileNamesOf(
        "filename*=UTF-8''J%C3%BCrgen.jpg",
        'filename="../../etc/passwd"',
        'filename="C:\\\\Temp\\\\b.jpg"',
        'filename=".."',
      ),
    ).toEqual(['Jürgen.jpg', 'passwd', 'b.jpg', '']);
  });

  it('may be in an encoding other than UTF-8, each field and file name by itself', async () => {
    const send = async (...parts: (readonly [disposition: string, bytes: Uint8Array, type?: string])[]) => {
      const body = Buffer.concat([
        ...parts.flatMap(([disposition, bytes, type]) => [
          Buffer.from(`--x\r\nContent-Disposition: form-data; ${disposition}\r\n`, 'latin1'),
          Buffer.from(type === undefined ? '\r\n' : `Content-Type: ${type}\r\n\r\n`),
          bytes,
          Buffer.from('\r\n'),
        ]),
        Buffer.from('--x--\r\n'),
      ]);
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      const reply = await server.send('POST', '/api/v1/blacklist/', { headers, body: new Uint8Array(body) });
      expect(reply.status).toBe(201);
      return [server.input.body, server.input.files.map(({ fileName }) => fileName)];
    };
    const utf8 = (text: string) => Buffer.from(text);
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    expect(
      await send(
        ['name="name"', latin1('Zo\xeb')],
        ['name="reason"', utf8('Diebstahl in Łódź')],
        ['name="images"; filename="Zo\xeb.jpg"', utf8('x'), 'image/jpeg'],
      ),
    ).toEqual([{ name: 'Zoë', reason: 'Diebstahl in Łódź' }, ['Zoë.jpg']]);
    expect(
      await send(
        ['name="name"', Buffer.from([0x97, 0x9b]), 'text/plain; charset=Shift_JIS'],
        ['name="reason"', latin1('\x80 5')],
      ),
    ).toEqual([{ name: '李', reason: '€ 5' }, []]);
    expect(await send(['name="_charset_"', utf8('koi8-r')], ['name="name"', latin1('\xe1')])).toEqual([
      { name: 'А', reason: null },
      [],
    ]);
    const wrong = utf8('Content-Type: text/plain; charset=UTF-8');
    expect(
      await send(['name="name"', latin1('Ren\xe9'), 'text/plain; charset=UTF-8'], ['name="x"', wrong]),
    ).toEqual([{ name: 'René', reason: null }, []]);
  });

  it('has names and reasons in their normal form, by which they are judged', async () => {
    const fields = async (name: string, reason = '') =>
      upload(
        '/api/v1/blacklist/',
        form([
          ['name', name],
          ['reason', reason],
        ]),
      );
    await fields(' Zoe\u0308\u00a0\n', '\u200b');
    expect(server.input.body).toEqual({ name: 'Zoë', reason: null });
    await fields('e\u0301 '.repeat(50), `${'é'.normalize('NFD').repeat(255)}\n`);
    expect(server.input.body).toEqual({ name: 'é '.repeat(50).trim(), reason: 'é'.repeat(255) });
    for (const blank of [' ', '\n', '\u00a0', '\u200b', '\0', '\u202e', '\u3164']) {
      expect(problemsIn(await fields(blank)), JSON.stringify(blank)).toEqual([
        { loc: ['body', 'name'], msg: 'String should have at least 1 character', type: 'string_too_short' },
      ]);
    }
    expect(problemsIn(await fields('Zo\ufffd', '\ufffd'))).toMatchObject([
      { loc: ['body', 'name'], msg: expect.stringContaining('send it as UTF-8'), type: 'string_damaged' },
      { loc: ['body', 'reason'], type: 'string_damaged' },
    ]);
  });

  it('takes a field without text as not sent', async () => {
    const empty: [string, string | File][] = [
      ['name', ''],
      ['reason', ''],
      ['images', picture],
    ];
    expect(problemsIn(await upload('/api/v1/blacklist/', form(empty)))).toEqual([
      { loc: ['body', 'name'], msg: 'Field required', type: 'missing' },
    ]);
    await upload('/api/v1/blacklist/', form([['name', 'Jane'], ...empty.slice(1)]));
    expect(server.input.body).toEqual({ name: 'Jane', reason: null });
  });

  it('takes of a field sent twice the last', async () => {
    await upload(
      '/api/v1/blacklist/',
      form([
        ['name', 'Jane'],
        ['name', 'June'],
      ]),
    );
    expect(server.input.body).toMatchObject({ name: 'June' });
  });

  it('leaves it to the use case to say that there are no images', async () => {
    expect((await upload('/api/v1/blacklist/', form([['name', 'Jane']]))).status).toBe(201);
    expect(server.input.files).toEqual([]);
    expect((await server.send('POST', '/api/v1/blacklist/7/images')).status).toBe(200);
    expect(server.input.files).toEqual([]);
    // A browser sends this for a file input if nothing was chosen.
    await upload('/api/v1/blacklist/7/images', form([['images', new File([], '')]]));
    expect(server.input.files).toEqual([]);
  });

  it('of another type has no fields', async () => {
    expect(problemsIn(await server.sendJson('POST', '/api/v1/blacklist/', { name: 'Jane' }))).toMatchObject([
      { loc: ['body', 'name'], type: 'missing' },
    ]);
  });

  it('with text where a file is wanted is refused', async () => {
    expect(
      problemsIn(
        await upload(
          '/api/v1/blacklist/',
          form([
            ['images', 'a.jpg'],
            ['name', 'J'],
          ]),
        ),
      ),
    ).toEqual([{ loc: ['body', 'images'], msg: 'Value error, expected a file', type: 'value_error' }]);
  });

  it('may have 100 images and no more', async () => {
    const many = (count: number) => form(Array.from({ length: count }, () => ['images', picture]));
    await upload('/api/v1/blacklist/7/images', many(100));
    expect(server.input.files).toHaveLength(100);
    expect(problemsIn(await upload('/api/v1/blacklist/7/images', many(101)))).toMatchObject([
      { loc: ['body', 'images'], type: 'too_long' },
    ]);
  });

  it('with a very long name is refused for its length', async () => {
    const reply = await upload('/api/v1/blacklist/', form([['name', 'x'.repeat(200_000)]]));
    expect(problemsIn(reply)).toMatchObject([{ loc: ['body', 'name'], type: 'string_too_long' }]);
  });

  const part = '--x\r\nContent-Disposition: form-data; name="images"; filename="a.jpg"\r\n\r\n';
  it.each([
    ['without a boundary', 'multipart/form-data', `${part}bytes\r\n--x--`],
    ['that ends early', 'multipart/form-data; boundary=x', `${part}byt`],
    ['that ends within a header', 'multipart/form-data; boundary=x', '--x\r\nContent-Dispos'],
    ['of another boundary', 'multipart/form-data; boundary=y', `${part}bytes\r\n--x--`],
    ['of too many parts', 'multipart/form-data; boundary=x', `${part}\r\n`.repeat(1001).concat('--x--')],
  ])('%s is refused', async (_name, type, body) => {
    const reply = await server.send('POST', '/api/v1/blacklist/7/images', {
      headers: { 'content-type': type },
      body,
    });
    expect(reply.status).toBe(400);
    expect(reply.json()).toMatchObject({
      detail: expect.stringMatching(/^The body cannot be read as multipart\/form-data/),
    });
  });

  it('is answered whatever its bytes are', async () => {
    const pieces = fc.constantFrom(
      '--x',
      '--x--',
      '\r\n',
      '-',
      ':',
      part,
      'Content-Disposition: form-data',
      ';',
      '"',
      'name=',
      '\0',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), async (garbage) => {
        const headers = { 'content-type': 'multipart/form-data; boundary=x' };
        const body = garbage.join('');
        const { status } = await server.send('POST', '/api/v1/blacklist/7/images', { headers, body });
        expect([200, 400, 422]).toContain(status);
      }),
    );
  });
});
