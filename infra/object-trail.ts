import { Stack } from 'aws-cdk-lib';
import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Folders of the bucket whose keys are made of ids. Those of the inbox and of rejected files name people. */
const folders = ['blacklist', 'cropped', 'processed', 'uploads'];

/**
 * Records who reads and changes objects, except in the inbox. CloudTrail can leave out folders, which the
 * bucket's own access logs can't.
 */
export class ObjectTrail extends Construct {
  constructor(scope: Construct, id: string, bucket: Bucket, logs: Bucket) {
    super(scope, id);
    const { stackName: trailName, account } = Stack.of(this);
    const arn = Stack.of(this).formatArn({
      service: 'cloudtrail',
      resource: 'trail',
      resourceName: trailName,
    });
    const allow = (action: string, resource: string, conditions: Readonly<Record<string, string>> = {}) =>
      logs.addToResourcePolicy(
        new PolicyStatement({
          principals: [new ServicePrincipal('cloudtrail.amazonaws.com')],
          actions: [action],
          resources: [resource],
          conditions: { StringEquals: { 'aws:SourceArn': arn, ...conditions } },
        }),
      );
    allow('s3:GetBucketAcl', logs.bucketArn);
    allow('s3:PutObject', logs.arnForObjects(`AWSLogs/${account}/*`), {
      's3:x-amz-acl': 'bucket-owner-full-control',
    });
    const trail = new CfnTrail(this, 'Trail', {
      trailName,
      isLogging: true,
      s3BucketName: logs.bucketName,
      enableLogFileValidation: true,
      advancedEventSelectors: [
        {
          fieldSelectors: [
            { field: 'eventCategory', equalTo: ['Data'] },
            { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
            {
              field: 'resources.ARN',
              startsWith: folders.map((folder) => bucket.arnForObjects(`${folder}/`)),
            },
          ],
        },
      ],
    });
    // CloudTrail tries the bucket when the trail is made.
    if (logs.policy) trail.node.addDependency(logs.policy);
  }
}
