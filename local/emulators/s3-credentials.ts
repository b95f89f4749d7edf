/** The one pair that s3rver, which stands in for S3 here, takes unless it is told another. */
export const s3Credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
