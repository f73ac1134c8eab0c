export { s3 } from './stores/s3.ts';
export type { S3Options } from './stores/s3.ts';
