"""Redis: what may be lost without losing anything acknowledged. A file per concept: uploads under way, locks; limits come here too.

May import the core and `redis`. Start reading at `link.py`. Scripts use what Redis 6.2 has, and nothing that came later.
"""
