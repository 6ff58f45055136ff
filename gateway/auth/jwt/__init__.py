"""Tokens that somebody else signs (JWT): who they speak of is looked up here, and what they may do is never believed.

Start reading at `verifier.py`; `token.py` reads a token, `claims.py` judges what it says, `key_set.py` knows the issuer's keys and
`issuer.py` keeps them fresh.

https://www.rfc-editor.org/rfc/rfc7519
https://www.rfc-editor.org/rfc/rfc8725
"""
