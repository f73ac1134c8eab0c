// Each script runs as one step in Redis. Sessions of a viewer are a hash: the id of each, and its times as text
// (`started:seen:idle:over`). The index names the viewer of a session, and the ended sessions are a sorted set by the
// time at which they may be forgotten. A client may put a prefix in front of all keys, of which it tells nobody: the
// front of the keys is that of the key of the ended sessions.

/** Keeps the ended sessions and their version until the last one may be forgotten. */
const keepEnded = `
local function keepEnded(ended, versionKey, version, now)
  local last = tonumber(redis.call('ZRANGE', ended, -1, -1, 'WITHSCORES')[2])
  redis.call('PEXPIRE', ended, math.max(1, last - now))
  redis.call('SET', versionKey, version, 'PX', math.max(1, last - now))
end`;

/** KEYS: sessions of the viewer, index, ended, version. ARGV: id, now, idle, over, limit, most, viewer, new version. */
export const admitScript: string = keepEnded.concat(`
local id, now, idle, over = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, most = tonumber(ARGV[5]), tonumber(ARGV[6])
local untilThen = tonumber(redis.call('ZSCORE', KEYS[3], id) or '0')
if untilThen > now then return 'ended' end
local started, places, last = nil, 0, over
local leastSeen, leastId, leastOver = nil, nil, nil
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local from, seen, idleAt, overAt = string.match(all[i + 1], '^(%d+):(%d+):(%d+):(%d+)$')
  idleAt, overAt, seen = tonumber(idleAt), tonumber(overAt), tonumber(seen)
  if all[i] == id then
    if idleAt > now then started = from end
    over = math.max(over, overAt)
  elseif overAt <= now then
    redis.call('HDEL', KEYS[1], all[i])
  else
    last = math.max(last, overAt)
    if idleAt > now then
      places = places + 1
      if leastSeen == nil or seen < leastSeen then leastSeen, leastId, leastOver = seen, all[i], overAt end
    end
  end
end
if started == nil and limit > 0 and places >= limit then return 'full' end
if places >= most then
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  redis.call('ZADD', KEYS[3], string.format('%.0f', leastOver), leastId)
  redis.call('HDEL', KEYS[1], leastId)
  redis.call('DEL', string.sub(KEYS[3], 1, -1 - #'ended') .. 'index:' .. leastId)
  keepEnded(KEYS[3], KEYS[4], ARGV[8], now)
end
local times = { started or ARGV[2], ARGV[2], ARGV[3], string.format('%.0f', over) }
redis.call('HSET', KEYS[1], id, table.concat(times, ':'))
redis.call('PEXPIRE', KEYS[1], math.max(1, math.max(last, over) - now))
redis.call('SET', KEYS[2], ARGV[7], 'PX', math.max(1, over - now))
return 'admitted'`);

/** KEYS: sessions of the viewer. */
export const listScript = `return redis.call('HGETALL', KEYS[1])`;

/** KEYS: sessions of the viewer. ARGV: id, now. */
export const leaveScript = `
local times = redis.call('HGET', KEYS[1], ARGV[1])
if not times then return 0 end
local started, seen, idle, over = string.match(times, '^(%d+):(%d+):(%d+):(%d+)$')
idle = math.min(tonumber(idle), tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], table.concat({ started, seen, string.format('%.0f', idle), over }, ':'))
return 1`;

/**
 * KEYS: ended, version. ARGV: id or nothing, viewer or nothing, now, new version. The keys of the sessions are in the
 * same slot as these, since all of them have the same hash tag.
 */
export const endScript: string = keepEnded.concat(`
local id, viewer, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local front = string.sub(KEYS[1], 1, -1 - #'ended')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if viewer == '' then viewer = redis.call('GET', front .. 'index:' .. id) end
if not viewer then return 0 end
local sessions = front .. 'viewer:' .. viewer
local all, count = redis.call('HGETALL', sessions), 0
for i = 1, #all, 2 do
  if id == '' or all[i] == id then
    local over = string.match(all[i + 1], ':(%d+)$')
    redis.call('ZADD', KEYS[1], over, all[i])
    redis.call('HDEL', sessions, all[i])
    redis.call('DEL', front .. 'index:' .. all[i])
    count = count + 1
  end
end
if count == 0 then return 0 end
keepEnded(KEYS[1], KEYS[2], ARGV[4], now)
return count`);

/** KEYS: ended, version. ARGV: known version, now. */
export const endedScript = `
local version = redis.call('GET', KEYS[2]) or ''
if version == ARGV[1] then return { version } end
return { version, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES') }`;
