"""What is known of a person: told to the person or the vendor's administrator, and erased when it has to be."""
