"""The conversation about who is asking: a credential in, a `Caller` out.

It may import the core, `gateway.edge`, `buckets.service`, cryptography, argon2 and PyJWT. What a refusal looks like on a wire is
decided by the fronts. Start reading at `authenticate.py`, then `sigv4/verifier.py` or `bearer.py`; `sign_in.py` lets people in,
`jwt/` knows those who were let in elsewhere; `keys.py`, `seal.py` and `passwords.py` make and keep the secrets.
"""
