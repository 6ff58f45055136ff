-- One change of an upload, if it is here and new. Its revision grows over those that have all come; others are marked until it is their
-- turn.
-- KEYS: the upload, its parts. ARGV: revision, milliseconds, then a state, or number, record and bytes of a part.
local reached = tonumber(redis.call('HGET', KEYS[1], 'revision'))
local revision = tonumber(ARGV[1])
if not reached or revision <= reached then
    return
end

if #ARGV == 3 then
    if tonumber(redis.call('HGET', KEYS[1], 'decided')) < revision then
        redis.call('HSET', KEYS[1], 'state', ARGV[3], 'decided', revision)
    end
else
    local known = redis.call('HGET', KEYS[2], ARGV[3])
    local as_of, bytes = string.match(known or '0 0 ', '^(%d+) (%d+) ')
    if tonumber(as_of) < revision then
        redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
        redis.call('HINCRBY', KEYS[1], 'received', ARGV[5] - bytes)
        if not known then
            redis.call('HINCRBY', KEYS[1], 'parts', 1)
        end
    end
end

redis.call('HSET', KEYS[1], 'ahead:' .. revision, 1)
while redis.call('HDEL', KEYS[1], 'ahead:' .. (reached + 1)) == 1 do
    reached = reached + 1
end
redis.call('HSET', KEYS[1], 'revision', reached)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
