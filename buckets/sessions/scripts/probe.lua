-- A server that can be used takes what is written. Nothing stays of it.
-- KEYS: a name for it.
redis.call('SET', KEYS[1], 1)
redis.call('DEL', KEYS[1])
