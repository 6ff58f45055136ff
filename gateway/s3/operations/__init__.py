"""The operations, a file each, under AWS's names. What all of them are given is in `request.py`."""
