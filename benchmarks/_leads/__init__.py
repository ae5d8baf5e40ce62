"""The cases of the bench of leads. A file that begins with an underscore is shared by several."""
