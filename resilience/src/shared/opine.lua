-- What one replica thinks of a dependency, and what the others do. One hash per circuit breaker:
-- `o:REPLICA` until when it thinks that the circuit is open, `trial` and `trial_until` the right to try,
-- `closed` when a trial closed it for all, `forced` the state that all are forced into.
-- ARGV: replica, word (open, well, closed), for how long it stays open, for how long it would try (0: not at all)
-- Answers: opinions of others, microseconds since it was closed for all (-1: never), 1 for the right to try, forced state
local me, word = ARGV[1], ARGV[2]
local remaining, trying = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local mine = 'o:' .. me
local all = redis.call('HGETALL', KEYS[1])
local others, last, fact = 0, 0, {}
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  if string.sub(field, 1, 2) ~= 'o:' then
    fact[field] = value
  elseif word == 'closed' or tonumber(value) <= now then
    redis.call('HDEL', KEYS[1], field)
  elseif field ~= mine then
    others, last = others + 1, math.max(last, tonumber(value))
  end
end
local changed = false
local function set(field, value)
  redis.call('HSET', KEYS[1], field, value)
  changed = true
end
if word == 'open' then
  last = math.max(last, now + remaining)
  set(mine, string.format('%.0f', now + remaining))
else
  redis.call('HDEL', KEYS[1], mine)
end
if word == 'closed' then
  fact.closed, fact.trial = string.format('%.0f', now), nil
  redis.call('HDEL', KEYS[1], 'trial')
  set('closed', fact.closed)
end
if fact.trial == me and trying == 0 then redis.call('HDEL', KEYS[1], 'trial') end
local right = 0
if trying > 0 and others == 0 then
  if fact.trial == nil or fact.trial == me or tonumber(fact.trial_until) <= now then
    right, last = 1, math.max(last, now + trying)
    set('trial', me)
    set('trial_until', string.format('%.0f', now + trying))
  end
end
if fact.forced then
  redis.call('PERSIST', KEYS[1])
elseif changed then
  -- A minute after the last of it, so that every replica has seen it.
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(last - now, 0) / 1000 + 60000))
end
local since = fact.closed and now - tonumber(fact.closed) or -1
return {others, since, right, fact.forced or ''}
