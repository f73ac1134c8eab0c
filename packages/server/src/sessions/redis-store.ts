import * as option from '../errors/options.ts';
import type { EndedSessions, SessionStore } from './session-store.ts';

/** The members of a client of `ioredis` that are called. */
export interface IoRedisClient {
  readonly status: string;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** The members of a client of `redis` (node-redis) that are called. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

export type RedisClient = IoRedisClient | NodeRedisClient;

export interface RedisStoreOptions {
  /** Front of all keys, without `{` and `}`: puts them into one slot of a cluster. @default 'secure-token' */
  prefix?: string;
}

/**
 * Creates a store in Redis or Valkey, for any number of instances, with one round trip for each call. Takes a client of
 * `ioredis` or of `redis`. If Redis loses its data, places are counted again from the next calls.
 *
 * @throws `ERR_OPTIONS` for a value that is not a client, and for a prefix with braces
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): SessionStore {
  option.having('eval', 'Give a client of ioredis or of redis.')(client, 'client');
  const { prefix } = option.readOptions(options, {
    prefix: option.matching(/^[^{}]+$/, 'Give text without braces.', 'secure-token'),
  });
  const front = `{${prefix}}:`;
  const sessionsOf = (viewer: string): string => `${front}viewer:${viewer}`;
  const lists = [`${front}ended`, `${front}version`];
  const run = (script: string, keys: string[], ...values: (string | number)[]): Promise<unknown> => {
    const texts = values.map(String);
    return 'isOpen' in client
      ? client.eval(script, { keys, arguments: texts })
      : client.eval(script, keys.length, ...keys, ...texts);
  };

  return {
    async admit({ viewer, id, limit, most, nowMs, idleAtMs, overAtMs }) {
      const keys = [sessionsOf(viewer), `${front}index:${id}`, lists[0]!];
      const answer = await run(admitScript, keys, id, nowMs, idleAtMs, overAtMs, limit, most, viewer);
      return answer as 'admitted' | 'full' | 'ended';
    },
    async list(viewer, nowMs) {
      const sessions = inPairs(await run(listScript, [sessionsOf(viewer)]));
      return sessions.flatMap(([id, times]) => {
        const [startedMs, seenMs, idleAtMs] = times.split(':').map(Number);
        return idleAtMs! <= nowMs ? [] : [{ id, startedMs: startedMs!, seenMs: seenMs! }];
      });
    },
    async leave(viewer, id, nowMs) {
      await run(leaveScript, [sessionsOf(viewer)], id, nowMs);
    },
    async end(which, nowMs) {
      const { id = '', viewer = '' }: { id?: string; viewer?: string } = which;
      // No earlier list has had this version, even if Redis has lost its data.
      await run(endScript, lists, id, viewer, nowMs, crypto.randomUUID());
    },
    async ended(known, nowMs): Promise<EndedSessions | undefined> {
      const [version, pairs] = (await run(endedScript, lists, known ?? '-', nowMs)) as [
        version: string,
        pairs?: unknown,
      ];
      if (version === known && pairs === undefined) return undefined;
      return { version, sessions: inPairs(pairs).map(([id, until]) => ({ id, untilMs: Number(until) })) };
    },
  };
}

/** Returns the pairs of a flat list. What a client may have put into them is checked by `checkedStore`. */
function inPairs(answer: unknown): [string, string][] {
  const list = answer as readonly string[];
  return list.flatMap((each, i) => (i % 2 === 0 ? [[each, list[i + 1]!] as [string, string]] : []));
}

// Each script runs as one step in Redis, which serves no other client in the meantime. The sessions of a viewer are a
// hash: the id of each session, with its times as text (`started:seen:idle:over`). The index names the viewer of a
// session. The ended sessions are a sorted set, by the time at which they may be forgotten. A client may put a prefix in
// front of all keys, which no script is told: the script that ends takes the front of the keys from its first key.

/** KEYS: sessions of the viewer, index, ended. ARGV: id, now, idle, over, limit, most sessions of the viewer, viewer. */
const admitScript = `
local id, now, over, limit, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if tonumber(redis.call('ZSCORE', KEYS[3], id) or '0') > now then return 'ended' end
local isKnown, started, places, others, last = false, nil, 0, 0, over
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local from, seen, idleAt, overAt = string.match(all[i + 1], '^(%d+):(%d+):(%d+):(%d+)$')
  if tonumber(overAt) <= now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] == id then
    isKnown = true
    -- tokens of an earlier call may live longer than those of this call
    over = math.max(over, tonumber(overAt))
    if tonumber(idleAt) > now then started = from end
  else
    others = others + 1
    last = math.max(last, tonumber(overAt))
    if tonumber(idleAt) > now then places = places + 1 end
  end
end
if started == nil and places >= limit then return 'full' end
if not isKnown and others >= most then return 'full' end
local times = { started or ARGV[2], ARGV[2], ARGV[3], string.format('%.0f', over) }
redis.call('HSET', KEYS[1], id, table.concat(times, ':'))
redis.call('PEXPIRE', KEYS[1], math.max(1, math.max(last, over) - now))
redis.call('SET', KEYS[2], ARGV[7], 'PX', math.max(1, over - now))
return 'admitted'`;

/** KEYS: sessions of the viewer. */
const listScript = `return redis.call('HGETALL', KEYS[1])`;

/** KEYS: sessions of the viewer. ARGV: id, now. */
const leaveScript = `
local times = redis.call('HGET', KEYS[1], ARGV[1])
local started, seen, idle, over = string.match(times or '', '^(%d+):(%d+):(%d+):(%d+)$')
if not started then return 0 end
idle = math.min(tonumber(idle), tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], table.concat({ started, seen, string.format('%.0f', idle), over }, ':'))
return 1`;

/**
 * KEYS: ended, version. ARGV: id or nothing, viewer or nothing, now, new version. The keys of the sessions are in the
 * same slot as these, because all of them have the same hash tag.
 */
const endScript = `
local id, viewer, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local front = string.sub(KEYS[1], 1, -1 - #'ended')
if viewer == '' then viewer = redis.call('GET', front .. 'index:' .. id) end
if not viewer then return 0 end
local sessions = front .. 'viewer:' .. viewer
local all = redis.call('HGETALL', sessions)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for i = 1, #all, 2 do
  if id == '' or all[i] == id then
    redis.call('ZADD', KEYS[1], string.match(all[i + 1], '(%d+)$'), all[i])
    redis.call('HDEL', sessions, all[i])
    redis.call('DEL', front .. 'index:' .. all[i])
  end
end
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
if not last then return 0 end
local lasts = math.max(1, tonumber(last) - now)
redis.call('PEXPIRE', KEYS[1], lasts)
redis.call('SET', KEYS[2], ARGV[4], 'PX', lasts)
return 1`;

/** KEYS: ended, version. ARGV: known version, now. */
const endedScript = `
local version = redis.call('GET', KEYS[2]) or ''
if version == ARGV[1] then return { version } end
return { version, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES') }`;
