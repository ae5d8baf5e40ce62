"""Product lines, products and business units for programs."""
