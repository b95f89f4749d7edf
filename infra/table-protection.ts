import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct, type IConstruct } from 'constructs';

/**
 * Protects the table from deletion once the stack stands, and makes sure of it every day. A protected table
 * would be left behind by a first deployment that fails: CloudFormation could not delete it.
 */
export class TableProtection extends Construct {
  /** @param before all that may fail in a first deployment */
  constructor(scope: Construct, id: string, table: Table, before: readonly IConstruct[]) {
    super(scope, id);
    const schedule = new Schedule(this, 'Daily', {
      description: 'Protects the table of the records from deletion.',
      schedule: ScheduleExpression.rate(Duration.days(1)),
      target: new Universal({
        service: 'dynamodb',
        action: 'updateTable',
        input: ScheduleTargetInput.fromObject({
          TableName: table.tableName,
          DeletionProtectionEnabled: true,
        }),
        policyStatements: [
          new PolicyStatement({ actions: ['dynamodb:UpdateTable'], resources: [table.tableArn] }),
        ],
        maxEventAge: Duration.hours(1),
        retryAttempts: 3,
      }),
    });
    schedule.node.addDependency(...before);
  }
}
