"""Bytes: the rooms behind the `BlobStore` port.

Fulfils the port `BlobStore` and knows nothing of names, accounts or HTTP conversations. May import the core of `buckets`, the
aiohttp client and aiobotocore. Start reading at `disk.py`: the contract on a directory, in the fewest words. `store.py` is the
same over SeaweedFS, `locator.py` says how its blobs lie there; `connect.py` puts it together.
"""
