export { createSessions } from './sessions/create-sessions.ts';
export type { SessionsOptions } from './sessions/create-sessions.ts';
export { memoryStore } from './sessions/memory-store.ts';
export { redisStore } from './sessions/redis-store.ts';
export type { IoRedisClient, NodeRedisClient, RedisClient, RedisStoreOptions } from './sessions/redis-store.ts';
export type { EndedSessions, SessionStore, StoredCall, StoredSession } from './sessions/session-store.ts';
export type { Admission, EndedList, SessionCall, Sessions, ViewerSession } from './sessions/sessions.ts';
