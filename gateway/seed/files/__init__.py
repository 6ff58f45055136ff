"""Files of a type, made by hand: valid, small, and without a library whose next release would make other bytes."""
