import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { GateFaultInput } from '../../local/emulators/gate/faults.ts';
import type { Refusal } from '../../local/emulators/gate/gate.ts';
import type { FaultInput } from '../../local/emulators/rekognition/faults.ts';
import { followedTable } from '../service.ts';
import type { KeptFiles } from '../suites/api/traits.ts';
import { type RunningProcess, type Settings, startServerProcess, temporaryFolder } from './server-process.ts';

/** `npm run cloud`: the AWS mode on this machine's emulators. */
export interface RunningCloud extends AsyncDisposable {
  readonly url: string;
  readonly process: RunningProcess['process'];
  /** Settings that it prints for the AWS CLI, with which an SDK finds everything. */
  readonly environment: Readonly<Record<string, string>>;
  readonly files: KeptFiles;
  /** Deletes a picture that an answer names, as if it were lost. */
  deletePicture(uri: string): Promise<void>;
  /** Replaces the faults of the Rekognition emulator. */
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  /** Replaces the faults of another service's gate. */
  setGateFaults(
    service: Exclude<GatedService, 'rekognition'>,
    faults: readonly GateFaultInput[],
  ): Promise<void>;
  /** Lists the calls that the functions' roles did not allow, of all services. */
  refusals(): Promise<Refusal[]>;
  /** Counts the calls of each Rekognition operation during the work. */
  callsDuring(work: () => Promise<unknown>): Promise<Record<string, number>>;
}

/** Starts `npm run cloud` on a table of its own in the DynamoDB Local that all test files share. */
export async function startSharedCloudProcess(settings: Settings = {}): Promise<RunningCloud> {
  const { url, tableName } = await followedTable();
  return startCloudProcess({ CLOUD_DYNAMODB_URL: url, CLOUD_TABLE_NAME: tableName, ...settings });
}

/** Starts `npm run cloud` as its users do. */
export async function startCloudProcess(settings: Settings = {}): Promise<RunningCloud> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const running = resources.use(
    await startServerProcess(folder.path, { LOG_LEVEL: 'info', ...settings }, 'commands/cloud.ts'),
  );
  const environment = Object.fromEntries(
    running.process.text.flatMap((line) => {
      const [, name, value] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
  const opened = resources.move();
  return {
    ...running,
    environment,
    ...filesInS3(environment),
    ...rekognitionAt(environment.AWS_ENDPOINT_URL_REKOGNITION ?? ''),
    ...gatesAt(environment),
    [Symbol.asyncDispose]: async () => opened.disposeAsync(),
  };
}

const services = {
  s3: 'S3',
  dynamodb: 'DYNAMODB',
  rekognition: 'REKOGNITION',
  events: 'EVENTBRIDGE',
} as const;
export type GatedService = keyof typeof services;

function gatesAt(environment: RunningCloud['environment']): Pick<RunningCloud, 'setGateFaults' | 'refusals'> {
  const urlOf = (service: GatedService, path: string) =>
    new URL(path, environment[`AWS_ENDPOINT_URL_${services[service]}`]);
  return {
    async setGateFaults(service, faults) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(faults);
      const { status } = await fetch(urlOf(service, '/faults'), { method: 'POST', headers, body });
      if (status !== 200) throw new Error(`The gate of ${service} answered ${status}.`);
    },
    async refusals() {
      const names = Object.keys(services) as GatedService[];
      const lists = await Promise.all(
        names.map(async (one) => (await fetch(urlOf(one, '/refusals'))).json()),
      );
      return lists.flat() as Refusal[];
    },
  };
}

function rekognitionAt(url: string): Pick<RunningCloud, 'setFaults' | 'callsDuring'> {
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(new URL(path, url), init);
    if (!response.ok) throw new Error(`The emulator answered ${response.status} to ${path}.`);
    return response.json();
  };
  return {
    async setFaults(faults) {
      const headers = { 'content-type': 'application/json' };
      await ask('/faults', { method: 'POST', headers, body: JSON.stringify(faults) });
    },
    async callsDuring(work) {
      await ask('/calls', { method: 'DELETE' });
      await work();
      const { counts } = (await ask('/calls')) as { counts: Record<string, number> };
      return counts;
    },
  };
}

/** Gives access to the pictures that answers name by `s3://bucket/key`. */
function filesInS3(environment: RunningCloud['environment']): Pick<RunningCloud, 'files' | 'deletePicture'> {
  const { AWS_REGION, AWS_ENDPOINT_URL_S3, AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = environment;
  const client = new S3Client({
    region: AWS_REGION ?? '',
    endpoint: AWS_ENDPOINT_URL_S3 ?? '',
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
  });
  const place = (uri: string) => {
    const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    return { Bucket, Key };
  };
  const files: KeptFiles = {
    async read(uri) {
      const { Body } = await client.send(new GetObjectCommand(place(uri)));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async list(folder) {
      const { Bucket, Key } = place(folder);
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: `${Key}/` }));
      return Contents.map((object) => `s3://${Bucket}/${object.Key}`);
    },
  };
  return {
    files,
    async deletePicture(uri) {
      await client.send(new DeleteObjectCommand(place(uri)));
    },
  };
}
