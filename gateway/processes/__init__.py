"""Several processes as one service: a parent that holds the sockets, and workers that serve them.

May import the core, `gateway.edge.listen` and the files of the figures: the parent stays small, and knows not what is served.
Start reading at `crew.py`; `place.py` is what a worker is given.

Three promises hold the room together. A connection that waits outlives the worker it waits for, since the socket is the parent's as
well. Workers end with their parent, even by `kill -9`. And whoever takes a dead worker's place counts on from where it stopped.
"""
