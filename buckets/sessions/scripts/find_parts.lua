-- The revision of an upload, how many parts it has, and those that are here: a server that is full may have thrown away either.
-- KEYS: the upload, its parts.
return {redis.call('HMGET', KEYS[1], 'revision', 'parts'), redis.call('HGETALL', KEYS[2])}
