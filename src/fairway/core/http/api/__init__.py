"""The frame of /api/v1: bearer tokens, typed operations, cursor paging, idempotency keys, RFC 9457 problems."""
