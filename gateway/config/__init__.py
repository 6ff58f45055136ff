"""The settings of all rooms, put together: `load` reads them, or raises `BrokenSettings` with everything that is wrong.

May import the core and every room's `settings.py`. Start reading at `load.py`; `config.py` lists the sections, `unsafe.py` what is
refused, and `python -m gateway.config example` prints what an operator may set.
"""
