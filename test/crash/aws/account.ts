/** The Region and the only user of every world's embedded KMS. */
export const REGION = 'us-west-1';
export const ACCESS_KEY = { accessKeyId: 'AKIA000CRASHTEST', secretAccessKey: 'crash-test-secret' };
