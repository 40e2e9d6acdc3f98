-- Takes turns of one limit, or books one. Times are whole microseconds of the server's clock, below 2^53.
-- ARGV: interval, limit (a whole burst), need, wanted, patience (0: book nothing), longest booked wait, unused
-- Answers: turns granted (0: rejected), wait, theoretical arrival time
local interval, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local need, wanted = tonumber(ARGV[3]), tonumber(ARGV[4])
local patience, longest, unused = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stored = tonumber(redis.call('GET', KEYS[1]) or '0')
local arrival = math.max(stored, now)
-- No arrival time lies further ahead, unless the clock was set back or the limit lowered.
arrival = math.min(arrival, now + limit + longest)
arrival = math.max(arrival - unused * interval, now)
local function store()
  local life = math.ceil((arrival - now) / 1000) + 1
  redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', string.format('%.0f', life))
end
local room = math.floor((limit - (arrival - now)) / interval)
local turns, wait = math.min(wanted, room), 0
if turns < need then
  turns, wait = need, arrival + need * interval - limit - now
  if wait > patience then
    if stored > arrival then store() end
    return {0, wait, 0}
  end
end
arrival = arrival + turns * interval
store()
return {turns, wait, arrival}
