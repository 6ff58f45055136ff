"""The reference implementation of every port, in plain dictionaries.

It is the oracle of the suites, the store of the models, and what `seawall up --memory` runs on. May import the core only.
"""
