-- Forces the circuit breakers of that name into a state, in all replicas; an empty one ends that.
-- ARGV: forced state
if ARGV[1] == '' then
  redis.call('HDEL', KEYS[1], 'forced')
  redis.call('PEXPIRE', KEYS[1], 60000)
else
  redis.call('HSET', KEYS[1], 'forced', ARGV[1])
  redis.call('PERSIST', KEYS[1])
end
return 1
