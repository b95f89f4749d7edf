import { Duration, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  Alarm,
  AlarmRule,
  ComparisonOperator,
  CompositeAlarm,
  type CreateAlarmOptions,
  Dashboard,
  GraphWidget,
  type IMetric,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Rule } from 'aws-cdk-lib/aws-events';
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

/** Place of the way back from the dead letters, for the alarms' texts. */
const wayBack = 'npm run redrive, see docs/aws.md#dead-letters';

/**
 * Alarms for what somebody should look at, and a dashboard of the service's metrics.
 *
 * There are few alarms, because each costs by the month, and because one cause should send one message. So
 * those that one cause raises together report through a composite one. What waits for somebody to act, such
 * as dead letters, reports by itself: it may last for days, and would hide the others.
 */
export class Monitoring extends Construct {
  /** Alarm of requests that failed, which also ends a release. */
  readonly serverErrors: Alarm;
  readonly #topic: SnsAction | undefined;

  constructor(scope: Construct, id: string, monitored: Monitored, alarmTopicArn: string | undefined) {
    super(scope, id);
    if (alarmTopicArn !== undefined) {
      this.#topic = new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn));
    }
    this.serverErrors = this.#watchServerErrors(monitored.api);
    const trouble = [
      this.serverErrors,
      this.#watchLatency(monitored.api),
      this.#watchThrottles(),
      this.#watchInboxAge(monitored.inbox),
      this.#watchMatchAge(monitored.matches),
    ];
    const composite = new CompositeAlarm(this, 'Trouble', {
      alarmDescription: 'The service fails or is slow; the alarms that raised this one say where.',
      alarmRule: AlarmRule.anyOf(...trouble),
    });
    if (this.#topic) composite.addAlarmAction(this.#topic);
    this.#watchDeadLetters(monitored.inbox, monitored.matches);
    this.#watchSweep(monitored.sweep);
    if (monitored.matches.mail) this.#watchMail(monitored.matches.mail);
    this.#draw(monitored);
  }

  /**
   * Watches the gateway. A function behind it that crashes, or runs out of time or memory, is an answer of
   * 502 or 504 there. So the functions need no alarms of their own.
   */
  #watchServerErrors(api: RestApi): Alarm {
    return this.#alarm('ApiServerErrors', api.metricServerError({ period }), {
      alarmDescription: 'Requests ended with a status of 500 or more; the dashboard shows which function.',
      threshold: maxServerErrors,
      evaluationPeriods: 1,
    });
  }

  #watchLatency(api: RestApi): Alarm {
    return this.#alarm('ApiLatency', api.metricLatency({ period, statistic: Stats.percentile(95) }), {
      alarmDescription: 'For a quarter of an hour, one in twenty requests has taken very long.',
      threshold: slowLatencyMs,
      evaluationPeriods: 3,
    });
  }

  /** Watches the whole account, whose functions share one limit. */
  #watchThrottles(): Alarm {
    const throttles = new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Throttles',
      statistic: Stats.SUM,
      period,
    });
    return this.#alarm('Throttles', throttles, {
      alarmDescription: 'Functions were not run: too many run at once in this account.',
      threshold: 1,
      evaluationPeriods: 1,
    });
  }

  #watchInboxAge({ queue }: Inbox): Alarm {
    return this.#alarm('InboxAge', queue.metricApproximateAgeOfOldestMessage({ period }), {
      alarmDescription: 'Pictures have waited in the inbox for long.',
      threshold: oldestEvent.toSeconds(),
      evaluationPeriods: 3,
    });
  }

  #watchMatchAge({ publishMatches }: MatchEvents): Alarm {
    const age = publishMatches.metric('IteratorAge', { period, statistic: Stats.MAXIMUM });
    return this.#alarm('MatchAge', age, {
      alarmDescription: 'Match events are published late: EventBridge, or the function, fails.',
      threshold: oldestMatch.toMilliseconds(),
      evaluationPeriods: 1,
    });
  }

  #watchDeadLetters(inbox: Inbox, matches: MatchEvents): void {
    const once = { threshold: 1, evaluationPeriods: 1 };
    this.#act('InboxDeadLetters', inbox.deadLetters.metricApproximateNumberOfMessagesVisible({ period }), {
      ...once,
      alarmDescription: `Pictures in the inbox could not be indexed, so somebody may not be listed: ${wayBack}.`,
    });
    this.#act('MatchDeadLetters', matches.deadLetters.metricApproximateNumberOfMessagesVisible({ period }), {
      ...once,
      alarmDescription: `Match events were not published: ${wayBack}.`,
    });
  }

  /** Watches the sweep's crashes, and its log, in which it warns of what it can't mend. */
  #watchSweep(sweep: LambdaFunction): void {
    const warnings = new MetricFilter(this, 'SweepWarningsInLog', {
      logGroup: sweep.logGroup,
      filterPattern: FilterPattern.all(
        FilterPattern.stringValue('$.msg', '=', 'sweep'),
        FilterPattern.stringValue('$.level', '=', 'warn'),
      ),
      metricNamespace: Stack.of(this).stackName,
      metricName: 'SweepWarnings',
    });
    const either = new MathExpression({
      expression: 'FILL(warnings, 0) + FILL(errors, 0)',
      usingMetrics: {
        warnings: warnings.metric({ period, statistic: Stats.SUM }),
        errors: sweep.metricErrors({ period }),
      },
      label: 'Warnings and crashes of the sweep',
      period,
    });
    this.#act('Sweep', either, {
      alarmDescription:
        'Reference pictures are damaged, so that somebody listed may not be recognised, or the sweep fails; its log says which.',
      threshold: 1,
      evaluationPeriods: 1,
    });
  }

  #watchMail({ ruleName }: Rule): void {
    const failures = new Metric({
      namespace: 'AWS/Events',
      metricName: 'FailedInvocations',
      dimensionsMap: { RuleName: ruleName },
      statistic: Stats.SUM,
      period,
    });
    this.#act('MailFailures', failures, {
      alarmDescription:
        'Mails about matches were not sent; the matches are in the list of processed pictures.',
      threshold: 1,
      evaluationPeriods: 1,
    });
  }

  /** Makes an alarm that reports by itself. */
  #act(id: string, metric: IMetric, options: CreateAlarmOptions): void {
    const alarm = this.#alarm(id, metric, options);
    if (this.#topic) alarm.addAlarmAction(this.#topic);
  }

  #alarm(id: string, metric: IMetric, options: CreateAlarmOptions): Alarm {
    return new Alarm(this, id, {
      metric,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      ...options,
    });
  }

  #draw(monitored: Monitored): void {
    new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(1),
      widgets: this.#graphs(monitored).map((row) =>
        row.map(([title, left]) => new GraphWidget({ title, left, width: 24 / row.length })),
      ),
    });
  }

  /** Lists the dashboard's rows of graphs, each with its title and metrics. */
  #graphs({ api, functions, inbox, table }: Monitored): [title: string, metrics: IMetric[]][][] {
    const each = (metricOf: (fn: LambdaFunction) => IMetric) => functions.map(metricOf);
    const label = (fn: LambdaFunction) => ({ period, label: fn.node.id });
    return [
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
