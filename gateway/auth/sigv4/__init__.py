"""AWS Signature Version 4 as the server sees it, one wire concept per file. Start reading at `verifier.py`."""
