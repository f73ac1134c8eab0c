export * from './sessions/create-sessions.ts';
export * from './sessions/memory-store.ts';
export * from './sessions/redis-store.ts';
export type * from './sessions/session-store.ts';
export type * from './sessions/sessions.ts';
