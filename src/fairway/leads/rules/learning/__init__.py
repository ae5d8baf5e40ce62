"""Learning from closed leads which are won: encoding, fitting, judging, and chances with their reasons. Pure.

Everything that a model knows is numbers and words in JSON, so that a chance given long ago can be worked out again.
"""
