-- A name that is ours is nobody's.
-- KEYS: the name. ARGV: our token.
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then
    redis.call('DEL', KEYS[1])
end
