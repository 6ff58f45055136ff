-- An upload.
-- KEYS: the upload.
return redis.call('HMGET', KEYS[1], 'about', 'state', 'revision', 'parts', 'received')
