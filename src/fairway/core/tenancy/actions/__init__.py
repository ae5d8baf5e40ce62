"""What is done about people: invite, let in, close a seat, make a key for programs."""
