import { Aws, Validations } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

/**
 * Shifts a tenth of the requests to the new version of each function, and all of them five minutes later. It
 * goes back to the old version if the gateway's alarm of failed requests is raised meanwhile.
 */
export class Releases extends Construct {
  constructor(scope: Construct, id: string, aliases: readonly Alias[], serverErrors: Alarm) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    // One role for all groups. Each would make one of its own.
    const role = new Role(this, 'Role', {
      description: 'Lets CodeDeploy shift requests between versions.',
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      reason: 'AWS has made this policy for CodeDeploy, and keeps it in step with what CodeDeploy calls.',
    });
    for (const alias of aliases) {
      new LambdaDeploymentGroup(this, alias.node.scope?.node.id ?? alias.node.id, {
        application,
        alias,
        role,
        deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
        alarms: [serverErrors],
      });
    }
  }
}
