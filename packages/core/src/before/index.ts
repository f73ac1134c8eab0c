export { keepAsking } from './keep-asking.ts';
export { pauseFor } from '../adapter/back-off.ts';
export { refusalOf } from './refusals.ts';
export { pauseAfter } from '../calls/outage.ts';
export { createSourceUser, forwardTokenEvents as forwardEventsBefore } from './source-user.ts';
export type { KeepAskingOptions } from './keep-asking.ts';
export type { SourceUser } from './source-user.ts';
