-- A request is writing to an upload, or no longer. Those that have been silent for too long are gone.
-- KEYS: the writers of the upload. ARGV: the request, milliseconds of silence, what it says, which is nothing at its end.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local writers = redis.call('HGETALL', KEYS[1])
for each = 1, #writers, 2 do
    if tonumber(string.match(writers[each + 1], '^%d+')) < now then
        redis.call('HDEL', KEYS[1], writers[each])
    end
end
redis.call('HDEL', KEYS[1], ARGV[1])
if ARGV[3] ~= '' then
    redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now + ARGV[2]) .. ' ' .. ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
