"""Shapes that two fronts speak: a form, an archive, an event, each in a file of its own and free of any front's vocabulary.

May import the core and aiohttp; never a front, never `gateway.auth`. Start reading at `form.py`.
"""
