-- All of an upload as of a revision, unless what is here is as new.
-- KEYS: the upload, its parts. ARGV: revision, milliseconds, what is said of it, state, bytes, then number and record of each part.
local known = redis.call('HGET', KEYS[1], 'revision')
if known and tonumber(known) >= tonumber(ARGV[1]) then
    return
end
-- What came ahead of its turn goes as well: its mark must not outlive what it marked.
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'revision', ARGV[1], 'about', ARGV[3], 'state', ARGV[4], 'decided', ARGV[1], 'received', ARGV[5],
    'parts', (#ARGV - 5) / 2)
for each = 6, #ARGV, 2 do
    redis.call('HSET', KEYS[2], ARGV[each], ARGV[each + 1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
