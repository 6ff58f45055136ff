"""Sample data, sown through the services as any caller's would be: what it consists of, and how it gets there and away again.

May import the core, `buckets.service`, `buckets.defaults` and `gateway.auth`. Start reading at `plan.py` (which objects there are),
then `sower.py`. `contents/` says what lies in each bucket, `files/` makes files of a type, byte for byte the same on every machine.
"""
