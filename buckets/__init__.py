"""Knowledge: what exists, who may, what happened.

The middle room. Its core (the files here and `model/`) imports nothing but the standard library and itself; it defines the ports
and imports neither neighbour. Start reading at `ports/`, then `errors.py`, then `service/put.py`.
"""
