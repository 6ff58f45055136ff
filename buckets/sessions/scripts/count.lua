-- One more attempt: how many there were, and for how many milliseconds they count still. The first one opens the window.
-- KEYS: the name. ARGV: milliseconds.
local attempts = redis.call('INCR', KEYS[1])
local remaining = redis.call('PTTL', KEYS[1])
if remaining < 0 then
    redis.call('PEXPIRE', KEYS[1], ARGV[1])
    remaining = tonumber(ARGV[1])
end
return {attempts, remaining}
