/** Credentials that s3rver, which stands in for S3 here, accepts by default. */
export const s3Credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
