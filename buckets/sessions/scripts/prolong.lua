-- A name that is ours, or nobody's, is ours for so many milliseconds more. Whether somebody wants it, or has it.
-- KEYS: the name. ARGV: our token, milliseconds.
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then
    return 1
end
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('HEXISTS', KEYS[1], 'wanted')
