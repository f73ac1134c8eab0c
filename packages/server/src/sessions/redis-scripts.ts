// Each script runs as one step in Redis, which serves no other client in the meantime, so the scripts limit how much
// they read. The sessions of a viewer are a hash: the id of each session, with its times as text
// (`started:seen:idle:over`), or with `ended:over` from its end until it is over. The index names the viewer of a
// session. The ended sessions are a sorted set, by the time at which they may be forgotten. A client may put a prefix
// in front of all keys, which no script is told: scripts take the front of the keys from the key of the ended sessions.

/** The largest number of ended sessions that one call forgets, once they are over. */
const forgottenAtOnce = 1000;

const functions = `
-- Keeps the ended sessions and their version until the last one may be forgotten.
local function keepEnded(ended, versionKey, version, now)
  local last = tonumber(redis.call('ZRANGE', ended, -1, -1, 'WITHSCORES')[2])
  redis.call('PEXPIRE', ended, math.max(1, last - now))
  redis.call('SET', versionKey, version, 'PX', math.max(1, last - now))
end
-- Forgets ended sessions that are over, and tells how many more may be ended.
local function roomForEnded(ended, most, now)
  local over = redis.call('ZRANGEBYSCORE', ended, '-inf', now, 'LIMIT', 0, ${forgottenAtOnce})
  if #over > 0 then redis.call('ZREM', ended, unpack(over)) end
  return most - redis.call('ZCOUNT', ended, '(' .. now, '+inf')
end
-- Ends a session of a viewer, whose hash is "sessions".
local function finish(sessions, ended, id, over)
  redis.call('ZADD', ended, over, id)
  redis.call('HSET', sessions, id, 'ended:' .. over)
  redis.call('DEL', string.sub(ended, 1, -1 - #'ended') .. 'index:' .. id)
end`;

/**
 * KEYS: sessions of the viewer, index, ended, version. ARGV: id, now, idle, over, limit, largest number of sessions of
 * one viewer that are kept, and that are known, largest number of ended sessions of all viewers, viewer, new version.
 */
export const admitScript: string = functions.concat(`
local id, now, idle, over = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local limit, mostKept, mostKnown, mostEnded = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local untilThen = tonumber(redis.call('ZSCORE', KEYS[3], id) or '0')
if untilThen > now then return 'ended' end
local isKnown, started, places, kept, known, last = false, nil, 0, 0, 0, over
-- the first to go: one that holds no place before one that does; of those, the one seen least lately
local goes = nil
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local from, seen, idleAt, overAt = string.match(all[i + 1], '^(%d+):(%d+):(%d+):(%d+)$')
  local endedUntil = string.match(all[i + 1], '^ended:(%d+)$')
  if tonumber(overAt or endedUntil) <= now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] == id then
    isKnown = true
    if tonumber(idleAt) > now then started = from end
    over = math.max(over, tonumber(overAt))
  else
    known = known + 1
    last = math.max(last, tonumber(overAt or endedUntil))
    if not endedUntil then
      kept = kept + 1
      local one = { id = all[i], seen = tonumber(seen), over = overAt, holds = tonumber(idleAt) > now }
      if one.holds then places = places + 1 end
      if goes == nil or (goes.holds and not one.holds) or (goes.holds == one.holds and one.seen < goes.seen) then
        goes = one
      end
    end
  end
end
if started == nil and limit > 0 and places >= limit then return 'full' end
if not isKnown then
  if known >= mostKnown then return 'crowded' end
  if kept >= mostKept then
    if roomForEnded(KEYS[3], mostEnded, now) < 1 then return 'crowded' end
    finish(KEYS[1], KEYS[3], goes.id, goes.over)
    keepEnded(KEYS[3], KEYS[4], ARGV[10], now)
  end
end
local times = { started or ARGV[2], ARGV[2], ARGV[3], string.format('%.0f', over) }
redis.call('HSET', KEYS[1], id, table.concat(times, ':'))
redis.call('PEXPIRE', KEYS[1], math.max(1, math.max(last, over) - now))
redis.call('SET', KEYS[2], ARGV[9], 'PX', math.max(1, over - now))
return 'admitted'`);

/** KEYS: sessions of the viewer. */
export const listScript = `return redis.call('HGETALL', KEYS[1])`;

/** KEYS: sessions of the viewer. ARGV: id, now. */
export const leaveScript = `
local times = redis.call('HGET', KEYS[1], ARGV[1])
local started, seen, idle, over = string.match(times or '', '^(%d+):(%d+):(%d+):(%d+)$')
if not started then return 0 end
idle = math.min(tonumber(idle), tonumber(ARGV[2]))
redis.call('HSET', KEYS[1], ARGV[1], table.concat({ started, seen, string.format('%.0f', idle), over }, ':'))
return 1`;

/**
 * KEYS: ended, version. ARGV: id or nothing, viewer or nothing, now, largest number of ended sessions of all viewers,
 * new version. The keys of the sessions are in the same slot as these, because all of them have the same hash tag.
 */
export const endScript: string = functions.concat(`
local id, viewer, now = ARGV[1], ARGV[2], tonumber(ARGV[3])
local front = string.sub(KEYS[1], 1, -1 - #'ended')
if viewer == '' then viewer = redis.call('GET', front .. 'index:' .. id) end
if not viewer then return 'ended' end
local sessions = front .. 'viewer:' .. viewer
local all, ending = redis.call('HGETALL', sessions), {}
for i = 1, #all, 2 do
  local over = string.match(all[i + 1], ':%d+:%d+:(%d+)$')
  if over and (id == '' or all[i] == id) then table.insert(ending, { id = all[i], over = over }) end
end
if #ending == 0 then return 'ended' end
if roomForEnded(KEYS[1], tonumber(ARGV[4]), now) < #ending then return 'crowded' end
for _, each in ipairs(ending) do finish(sessions, KEYS[1], each.id, each.over) end
keepEnded(KEYS[1], KEYS[2], ARGV[5], now)
return 'ended'`);

/** KEYS: ended, version. ARGV: known version, now. */
export const endedScript = `
local version = redis.call('GET', KEYS[2]) or ''
if version == ARGV[1] then return { version } end
return { version, redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[2], '+inf', 'WITHSCORES') }`;
