import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { sweepNeeds } from './needs.ts';
import type { Resources } from './resources.ts';
import { ServiceFunction } from './service-function.ts';

/** As often as the local server does it. */
const interval = Duration.hours(1);
/** The longest that a function may take; what is not done then is done by the next sweep. */
const timeout = Duration.minutes(15);

/** Brings the three stores together from time to time. */
export class SweepSchedule extends Construct {
  readonly sweep: ServiceFunction;

  constructor(scope: Construct, id: string, resources: Resources) {
    super(scope, id);
    this.sweep = new ServiceFunction(this, 'Sweep', {
      name: 'sweep',
      description: 'Finishes or undoes what a crash left, in all three stores.',
      needs: sweepNeeds,
      resources,
      timeout,
      // It has time, and requests come first.
      rekognitionTps: 1,
      corsOrigins: [],
      // The next one comes in any case, and two must not run side by side.
      retryAttempts: 0,
    });
    new Rule(this, 'Hourly', {
      description: 'Starts the sweep.',
      schedule: Schedule.rate(interval),
      targets: [new LambdaFunction(this.sweep, { retryAttempts: 0 })],
    });
  }
}
