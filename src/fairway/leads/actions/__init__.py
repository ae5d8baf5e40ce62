"""Every change of a lead, an offer, a score card or a routing policy."""
