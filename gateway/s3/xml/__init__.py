"""The XML documents of S3, a file each. Texts go through `text.py`, so that what is written can be read again."""
