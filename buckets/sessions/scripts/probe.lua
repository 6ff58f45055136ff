-- A server that can be used takes what is written.
-- KEYS: a name for it. ARGV: milliseconds.
redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
