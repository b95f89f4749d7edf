import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/** What functions work with. */
export interface Resources {
  readonly table: Table;
  readonly bucket: Bucket;
  /** What table and bucket are encrypted with, if not with AWS's own keys. */
  readonly key: Key | undefined;
  readonly collectionId: string;
  readonly collectionArn: string;
}
