"""`python -m tests.attacks` brings the table in README.md up to date."""

from tests.attacks.catalogue import README, with_table

README.write_text(with_table(README.read_text("utf-8")), "utf-8")
