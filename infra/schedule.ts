import { Duration } from 'aws-cdk-lib';
import { type CronOptions, Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { SweepTask } from '../lib/blacklist/sweep.ts';
import { sweepNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { type KeepSettings, ServiceFunction } from './service-function.ts';
import type { StackSettings } from './settings.ts';

/** Lambda's longest time; the next sweep does what is left. */
const timeout = Duration.minutes(15);

/** Makes the three stores agree again from time to time. */
export class SweepSchedule extends Construct {
  readonly sweep: ServiceFunction;

  constructor(
    scope: Construct,
    id: string,
    resources: Resources,
    settings: KeepSettings & Pick<StackSettings, 'auditDays' | 'expiredDays' | 'reservedConcurrency'>,
  ) {
    super(scope, id);
    this.sweep = new ServiceFunction(this, 'Sweep', {
      name: 'sweep',
      description: 'Finishes or undoes what a crash left, in all three stores, and deletes what is too old.',
      needs: sweepNeeds,
      resources,
      timeout,
      // The sweep has time, and requests come first.
      rekognitionTps: 1,
      keep: settings,
      corsOrigins: [],
      variables: {
        AUDIT_DAYS: String(settings.auditDays),
        ...(settings.expiredDays !== undefined && { EXPIRED_DAYS: String(settings.expiredDays) }),
      },
      // The next run comes in any case, and two must not run side by side.
      retryAttempts: 0,
      ...(settings.reservedConcurrency > 0 && { reservedConcurrency: 1 }),
    });
    this.#run('Hourly', 'finish', { minute: '17' });
    // It lists every picture: with a million of them, some 3,000 requests to S3 and as many keys to look up.
    this.#run('Daily', 'compare', { hour: '3', minute: '47' });
  }

  /** Starts it by the clock. Two rates that begin together would meet again at every multiple. */
  #run(id: string, task: SweepTask, at: CronOptions): void {
    new Rule(this, id, {
      description: `Starts the sweep with the task ${task}.`,
      schedule: Schedule.cron(at),
      targets: [
        new LambdaFunction(this.sweep, { retryAttempts: 0, event: RuleTargetInput.fromObject({ task }) }),
      ],
    });
  }
}
