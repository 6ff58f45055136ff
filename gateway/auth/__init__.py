"""The conversation about who is asking: a credential in, a `Caller` out.

It may import the core, `gateway.edge`, `buckets.service`, cryptography, argon2 and PyJWT. What a refusal looks like on a wire is
decided by the fronts. Start reading at `authenticate.py`, then `sigv4/verifier.py` or `tokens.py`; `keys.py` and `seal.py` make
and keep the secrets.
"""
