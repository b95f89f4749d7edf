import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';

/** Resources that the functions use. */
export interface Resources {
  readonly table: Table;
  readonly bucket: Bucket;
  /** Key that encrypts the table and the bucket; undefined if AWS's own keys do. */
  readonly key: IKey | undefined;
  readonly collectionId: string;
  /** ARNs of the collections that the faces are spread over. */
  readonly collectionArns: readonly string[];
  /** Collection of the faces that matched nobody. */
  readonly lookBackArn: string;
  /** True if such faces are kept; those of before may be there in any case. */
  readonly keepsUnmatched: boolean;
}
