"""Conversations: everything that speaks to somebody, and the one place that puts the house together.

Start reading at `build.py` (what stands on what) and `serve.py` (how it runs). Only `build.py` knows every concrete class.
"""
