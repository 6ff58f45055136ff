"""What is wrong with an installation, and what mends it: `seawall doctor`.

May import the core, the settings, and from `buckets.catalog`, `buckets.sessions` and `seaweedfs` what asks one server about itself.
Start reading at `examination.py`, then `database.py`. A subject is a file: what is asked stands apart from the verdicts, which are
pure. Nothing here prints, nothing makes or starts anything, and whatever a probe leaves behind is removed again.

No finding holds an address, but for those that cannot hold a password, nor the words of a driver, which may hold either.
"""
