"""Redis: what may be lost without losing anything acknowledged. Sessions of uploads, limits and locks come to live here.

May import the core and `redis`. Start reading at `link.py`.
"""
