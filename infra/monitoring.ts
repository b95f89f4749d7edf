import { Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  type Alarm,
  ComparisonOperator,
  type CreateAlarmOptions,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  type Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { MatchEvents } from './events.ts';
import type { Inbox } from './inbox.ts';

export interface Monitored {
  readonly api: RestApi;
  readonly functions: readonly LambdaFunction[];
  readonly inbox: Inbox;
  readonly matches: MatchEvents;
  readonly sweep: LambdaFunction;
  readonly table: Table;
}

const period = Duration.minutes(5);
/**
 * Latency that is too slow for the slowest request in twenty. Pictures with many faces take seconds, and the
 * gateway ends every request at 29.
 */
const slowLatencyMs = 15_000;
const maxServerErrors = 5;
const oldestEvent = Duration.hours(1);
/** Short, because people wait for match events. */
const oldestMatch = Duration.minutes(5);

/** Alarms for what somebody should look at, and a dashboard of the service's metrics. */
export class Monitoring extends Construct {
  readonly #topic: SnsAction | undefined;

  constructor(scope: Construct, id: string, monitored: Monitored, alarmTopicArn: string | undefined) {
    super(scope, id);
    if (alarmTopicArn !== undefined) {
      this.#topic = new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn));
    }
    this.#watchApi(monitored.api);
    this.#watchFunctions(monitored.functions);
    this.#watchInbox(monitored.inbox);
    this.#watchMatches(monitored.matches);
    this.#watchSweep(monitored.sweep);
    this.#draw(monitored);
  }

  #watchApi(api: RestApi): void {
    this.#alarm('ApiServerErrors', api.metricServerError({ period }), {
      alarmDescription: 'Requests ended with a status of 500 or more.',
      threshold: maxServerErrors,
      evaluationPeriods: 1,
    });
    this.#alarm('ApiLatency', api.metricLatency({ period, statistic: Stats.percentile(95) }), {
      alarmDescription: 'For a quarter of an hour, one in twenty requests has taken very long.',
      threshold: slowLatencyMs,
      evaluationPeriods: 3,
    });
  }

  /**
   * Watches for errors. A handler answers whatever goes wrong, so an error is a crash, a lack of memory or a
   * timeout.
   */
  #watchFunctions(functions: readonly LambdaFunction[]): void {
    for (const fn of functions) {
      const once = { threshold: 1, evaluationPeriods: 1 };
      this.#alarm(`${fn.node.id}Errors`, fn.metricErrors({ period }), {
        ...once,
        alarmDescription: `${fn.node.id} has crashed, or run out of time or memory.`,
      });
      this.#alarm(`${fn.node.id}Throttles`, fn.metricThrottles({ period }), {
        ...once,
        alarmDescription: `${fn.node.id} was not run: too many functions run at once in this account.`,
      });
    }
  }

  #watchInbox({ queue, deadLetters }: Inbox): void {
    this.#alarm('InboxDeadLetters', deadLetters.metricApproximateNumberOfMessagesVisible({ period }), {
      alarmDescription:
        'Pictures in the inbox could not be indexed; their events are in the dead letter queue.',
      threshold: 1,
      evaluationPeriods: 1,
    });
    this.#alarm('InboxAge', queue.metricApproximateAgeOfOldestMessage({ period }), {
      alarmDescription: 'Pictures have waited in the inbox for long.',
      threshold: oldestEvent.toSeconds(),
      evaluationPeriods: 3,
    });
  }

  #watchMatches({ publishMatches, deadLetters }: MatchEvents): void {
    this.#alarm('MatchDeadLetters', deadLetters.metricApproximateNumberOfMessagesVisible({ period }), {
      alarmDescription: 'Match events were not published or not mailed; the dead letter queue says which.',
      threshold: 1,
      evaluationPeriods: 1,
    });
    const age = publishMatches.metric('IteratorAge', { period, statistic: Stats.MAXIMUM });
    this.#alarm('MatchAge', age, {
      alarmDescription: 'Match events are published late: EventBridge, or the function, fails.',
      threshold: oldestMatch.toMilliseconds(),
      evaluationPeriods: 1,
    });
  }

  /** Watches the log of the sweep, which warns there of what it can't mend. */
  #watchSweep({ logGroup }: LambdaFunction): void {
    const warnings = new MetricFilter(this, 'SweepWarningsInLog', {
      logGroup,
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.msg', '=', 'sweep'),
        FilterPattern.stringValue('$.level', '=', 'warn'),
      ),
      metricNamespace: Stack.of(this).stackName,
      metricName: 'SweepWarnings',
    });
    this.#alarm('SweepWarnings', warnings.metric({ period }), {
      alarmDescription:
        'Reference pictures are damaged, so that somebody listed may not be recognised; the log says which.',
      threshold: 1,
      evaluationPeriods: 1,
    });
  }

  #alarm(id: string, metric: Metric, options: CreateAlarmOptions): Alarm {
    const alarm = metric.createAlarm(this, id, {
      treatMissingData: TreatMissingData.NOT_BREACHING,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      ...options,
    });
    if (this.#topic) alarm.addAlarmAction(this.#topic);
    return alarm;
  }

  #draw({ api, functions, inbox, table }: Monitored): void {
    const each = (metricOf: (fn: LambdaFunction) => IMetric) => functions.map(metricOf);
    const label = (fn: LambdaFunction) => ({ period, label: fn.node.id });
    const rows: [string, IMetric[]][][] = [
      [
        [
          'Requests',
          [api.metricCount({ period }), api.metricClientError({ period }), api.metricServerError({ period })],
        ],
        [
          'Latency',
          [50, 95, 99].map((percent) => api.metricLatency({ period, statistic: Stats.percentile(percent) })),
        ],
      ],
      [
        ['Errors', each((fn) => fn.metricErrors(label(fn)))],
        ['Throttles', each((fn) => fn.metricThrottles(label(fn)))],
        [
          'Duration, slowest in twenty',
          each((fn) => fn.metricDuration({ ...label(fn), statistic: Stats.percentile(95) })),
        ],
      ],
      [
        [
          'Processed pictures, faces in them, and faces that matched',
          this.#own(['Pictures', 'Faces', 'Matches']),
        ],
        [
          'Calls to Rekognition, and those that it throttled',
          this.#own(['RekognitionCalls', 'RekognitionThrottles']),
        ],
      ],
      [
        ['Latency within the functions, slowest in twenty', this.#own(['Latency'], 'p95')],
        ['Cold starts', this.#own(['ColdStarts'])],
      ],
      [
        ['Inbox', [inbox.queue.metricApproximateNumberOfMessagesVisible({ period })]],
        ['Dead letters', [inbox.deadLetters.metricApproximateNumberOfMessagesVisible({ period })]],
        [
          'Table, capacity used',
          [
            table.metricConsumedReadCapacityUnits({ period }),
            table.metricConsumedWriteCapacityUnits({ period }),
          ],
        ],
      ],
    ];
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(1),
      widgets: rows.map((row) =>
        row.map(([title, left]) => new GraphWidget({ title, left, width: 24 / row.length })),
      ),
    });
  }

  /**
   * Graphs metrics that the functions publish themselves (`lib/metrics/lambda.ts`), with one line for each
   * function that does.
   */
  #own(names: readonly string[], statistic: string = Stats.SUM): IMetric[] {
    const { stackName } = Stack.of(this);
    return names.map((name) => {
      const which = `{FaceBlacklist,operation,service} service="${stackName}" MetricName="${name}"`;
      return new MathExpression({
        expression: `SEARCH('${which}', '${statistic}', ${period.toSeconds()})`,
        label: names.length > 1 ? name : '',
        period,
      });
    });
  }
}
