-- Gives turns back, if none was taken or booked since they were.
-- ARGV: interval, turns, theoretical arrival time as it was told
local stored = redis.call('GET', KEYS[1])
if stored ~= ARGV[3] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrival = math.max(tonumber(stored) - ARGV[1] * ARGV[2], now)
local life = math.ceil((arrival - now) / 1000) + 1
redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', string.format('%.0f', life))
return 1
