// the script file: a page without a bundler loads one file for both
export * from './index.ts';
export { download } from './download.ts';
