"""Looks at bytes as they pass and never changes them: size, digests, later type and content.

May import the core of `buckets`, magic, clamd and awscrt; nothing of HTTP. Fulfils the ports `Checksums` and `Scanner`. Start
reading at `digests.py`.
"""
