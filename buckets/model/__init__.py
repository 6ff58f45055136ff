"""Frozen values, one file per concept. They hold facts and no behaviour beyond what follows from their own fields."""
