"""The look and the own domain of a vendor for programs."""
