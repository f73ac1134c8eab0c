export * from './stores/s3.ts';
