import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { lookBackCollectionOf } from '../lib/faces/rekognition/kept-faces.ts';
import { collectionIdsOf } from '../lib/faces/rekognition/names.ts';
import { inboxPrefix } from '../lib/inbox/port.ts';
import { Api } from './api.ts';
import { Console } from './console.ts';
import { MatchEvents } from './events.ts';
import { Firewall } from './firewall.ts';
import { Inbox } from './inbox.ts';
import { Monitoring } from './monitoring.ts';
import { output } from './outputs.ts';
import { refuseRegionsWithoutRekognition } from './regions.ts';
import { Releases } from './releases.ts';
import type { Resources } from './resources.ts';
import { SweepSchedule } from './schedule.ts';
import { type StackSettings, stackSettings } from './settings.ts';
import { Storage } from './storage.ts';
import { TableProtection } from './table-protection.ts';

/** The whole service in one account and region: the ones that the CLI deploys to. */
export class FaceBlacklistStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const settings = stackSettings(this.node);
    refuseRegionsWithoutRekognition(this, settings.anyRegion);
    const storage = new Storage(this, 'Storage', settings);
    const resources = this.#resources(storage, settings);
    const api = new Api(this, 'Api', resources, settings);
    const inbox = new Inbox(this, 'Inbox', storage.bucket, resources, settings);
    const matches = new MatchEvents(this, 'MatchEvents', resources, settings);
    const sweepSchedule = new SweepSchedule(this, 'SweepSchedule', resources, settings);
    const { sweep } = sweepSchedule;
    const pages = settings.console ? [new Console(this, 'Console', api, resources, settings).pages] : [];
    const functions = [...api.functions, ...pages, inbox.indexUpload, matches.publishMatches, sweep];
    const { table } = storage;
    const monitored = { api: api.restApi, functions, inbox, matches, sweep, table };
    const monitoring = new Monitoring(this, 'Monitoring', monitored, settings.alarmTopicArn);
    if (settings.canary) {
      const aliases = api.functions.flatMap(({ live }) => live ?? []);
      new Releases(this, 'Releases', aliases, monitoring.serverErrors);
    }
    const last: IConstruct[] = [api.restApi.deploymentStage, inbox, matches, sweepSchedule, monitoring];
    if (settings.waf) last.push(new Firewall(this, 'Firewall', api.restApi, settings.rekognitionTps));
    new TableProtection(this, 'TableProtection', table, last);
    this.#addOutputs(api, resources, settings);
    this.#outputQueues(inbox, matches);
  }

  /**
   * Gathers what the functions use. The collections are no resources of the stack: the first face makes each,
   * and it stays.
   */
  #resources(
    { table, bucket, key }: Storage,
    { collectionId = this.stackName, collections, lookBackDays }: StackSettings,
  ): Resources {
    const arnOf = (resourceName: string) =>
      this.formatArn({ service: 'rekognition', resource: 'collection', resourceName });
    return {
      table,
      bucket,
      key,
      collectionId,
      collectionArns: collectionIdsOf(collectionId, collections).map(arnOf),
      lookBackArn: arnOf(lookBackCollectionOf(collectionId)),
      keepsUnmatched: lookBackDays > 0,
    };
  }

  #addOutputs({ restApi }: Api, { table, bucket, collectionId }: Resources, { auth }: StackSettings): void {
    output(this, 'ApiUrl', restApi.url, `The paths of the API follow it. Authorization: ${auth}.`);
    output(this, 'BucketName', bucket.bucketName, 'The pictures.');
    output(this, 'TableName', table.tableName, 'The records.');
    output(this, 'CollectionId', collectionId, 'The faces, once the first is enrolled.');
    output(
      this,
      'InboxUri',
      bucket.s3UrlForObject(inboxPrefix),
      'A picture below it, at <name>/, is listed.',
    );
  }
  /** Tells where `npm run redrive` finds the dead letters. */
  #outputQueues(inbox: Inbox, matches: MatchEvents): void {
    output(this, 'InboxQueueUrl', inbox.queue.queueUrl, 'Takes the dead letters of the inbox back.');
    output(this, 'InboxDeadLettersUrl', inbox.deadLetters.queueUrl, 'Ids of pictures that were not indexed.');
    output(
      this,
      'MatchDeadLettersUrl',
      matches.deadLetters.queueUrl,
      'Match events that were not published.',
    );
  }
}
