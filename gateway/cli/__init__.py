"""`seawall …`: what an operator types. Commands import what they need when they run, so that `--help` answers at once.

May import everything. Start reading at `main.py`, then `up.py`.
"""
