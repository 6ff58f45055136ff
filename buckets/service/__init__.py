"""The use cases, a file each: they join the ports into what a caller wants.

May import the core only. Start reading at `put.py` (the one write path) and `read.py` (the one resolver).
"""
