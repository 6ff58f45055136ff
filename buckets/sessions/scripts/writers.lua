-- What the requests that write to an upload have said, but for those that have been silent for too long.
-- KEYS: the writers of the upload.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local heard = {}
for _, said in ipairs(redis.call('HVALS', KEYS[1])) do
    if tonumber(string.match(said, '^%d+')) >= now then
        table.insert(heard, (string.gsub(said, '^%d+ ', '')))
    end
end
return heard
