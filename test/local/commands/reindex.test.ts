import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEntry } from '../../../lib/blacklist/create-entry.ts';
import { parseConfig } from '../../../lib/config.ts';
import { ports } from '../../../lib/wiring/open.ts';
import type { Settings } from '../../api/server-process.ts';
import { aws, type Deployment } from '../../blacklist/deployments.ts';
import { complete, contents, facesAlone, matchedNames } from '../../blacklist/stores.ts';
import { childEnvironment } from '../../child-environment.ts';

const program = join(import.meta.dirname, '../../../local/commands/reindex.ts');

let cloud: Deployment;
/** Settings of the cloud, whose folder also holds the data of the `deepface` backend. */
let settings: Settings;

beforeAll(async () => {
  cloud = await aws();
  settings = { ...cloud.settings, FACE_PROCESSING_BACKEND: 'deepface' };
});
afterAll(() => cloud[Symbol.asyncDispose]());

/** Runs the command as its users do, and waits for its end. */
async function reindex(options: readonly string[], changed: Settings = {}) {
  const child = spawn(process.execPath, [program, ...options], {
    cwd: cloud.folder,
    env: { ...childEnvironment, ...settings, ...changed },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], output, errors] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, lines: output.trimEnd().split('\n'), errors };
}

describe('npm run reindex', () => {
  it('carries the listed people over, tells how many, and fails while somebody is left', async () => {
    const local = await ports(parseConfig(settings));
    const { listed, other } = await facesAlone(local);
    const list = (name: string, bytes: Buffer) =>
      createEntry(local, { name, reason: null }, [{ fileName: 'a.jpg', bytes }]);
    await list('Jane Roe', listed);
    const { id } = await list('John Doe', other);
    const [image] = await local.records.listImages(id);
    const key = image?.key ?? '';
    await local.images.delete(key);

    expect(await reindex(['--to', 'aws_rekognition'])).toEqual({
      code: 1,
      lines: [
        '1 picture enrolled for aws_rekognition, 0 there already.',
        'Processed pictures were not carried over.',
        'Left out:',
        `  entry ${id} 'John Doe', image ${image?.id}: The stored original is lost.`,
      ],
      errors: '',
    });
    await local.images.put(key, other, 'image/jpeg');
    expect(await reindex(['--to', 'aws_rekognition'])).toMatchObject({
      code: 0,
      lines: ['1 picture enrolled for aws_rekognition, 1 there already.', expect.any(String)],
    });

    const remote = await ports(parseConfig(cloud.settings));
    expect(await contents(remote)).toEqual(complete({ 'Jane Roe': 1, 'John Doe': 1 }));
    expect(await matchedNames(remote, other)).toEqual(['John Doe']);
    await remote.close();
    await local.close();
  });

  it('to the backend of the settings enrolls only what is not enrolled yet', async () => {
    const again = await reindex(['--to', 'deepface']);
    expect(again).toEqual({
      code: 0,
      lines: ['0 pictures enrolled for deepface, 2 there already.'],
      errors: '',
    });
  });

  it.each([
    { options: [], problem: /^usage: npm run reindex -- --to deepface\|aws_rekognition$/ },
    { options: ['--from', 'deepface'], problem: /--from/ },
  ])('with the options $options is refused', async ({ options, problem }) => {
    const { code, lines, errors } = await reindex(options);
    expect({ code, lines }).toEqual({ code: 1, lines: [''] });
    expect(errors.trimEnd()).toMatch(problem);
    expect(errors.trimEnd().split('\n')).toHaveLength(1);
  });

  it('to a backend that lacks its settings says which', async () => {
    const { code, errors } = await reindex(['--to', 'aws_rekognition'], { AWS_S3_BUCKET_NAME: '' });
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^With FACE_PROCESSING_BACKEND=aws_rekognition, .*AWS_S3_BUCKET_NAME must be set\.$/m,
    );
  });
});
