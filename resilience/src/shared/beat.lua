-- Says that a replica is there, and counts those that said so lately.
-- ARGV: replica, microseconds after which one is forgotten
local time = redis.call('TIME')
local now, span = time[1] * 1000000 + time[2], tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - span))
-- What lies ahead was written before the clock was set back.
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + span), '+inf')
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', span / 1000))
return redis.call('ZCARD', KEYS[1])
