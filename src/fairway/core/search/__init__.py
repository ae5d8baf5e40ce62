"""Search: fuzzy probes for one table (`similar`), and one box over everything (`find`).

Operators such as %, LIKE or @@ use no index under row security, because they are not leakproof. What is asked here
runs in functions with the owner's rights that take vendor and partners from the context and return ids only; the
rows are read by the caller through its own scope.
"""

from fairway.core.search.kinds import Hit, SearchKind, Source, address, register, registered
from fairway.core.search.probes import similar

__all__ = ["Hit", "SearchKind", "Source", "address", "register", "registered", "similar"]
