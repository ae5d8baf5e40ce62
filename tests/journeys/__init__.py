"""Walks through the product, as people take them."""
