-- A name that is nobody's is ours for so many milliseconds: its fence, which is greater than any before. Else nothing, and whoever has
-- it may be asked to let go. Fences are microseconds, so that a server which has lost all of them goes on above.
-- KEYS: the name, the last fence. ARGV: our token, milliseconds, 1 to ask.
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then
    if ARGV[3] == '1' then
        redis.call('HSET', KEYS[1], 'wanted', 1)
    end
    return false
end
local time = redis.call('TIME')
local fence = math.max(tonumber(redis.call('GET', KEYS[2]) or 0) + 1, time[1] * 1000000 + time[2])
fence = string.format('%.0f', fence)
redis.call('SET', KEYS[2], fence)
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return fence
