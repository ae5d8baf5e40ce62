"""A large world, built set by set in the database by statements that keep the rules of the small one.

`building.build` runs the steps. Each is one transaction and is noted when it is done, so that an interrupted world
goes on where it stopped. What one step leaves for the next lies in the schema `demo_world`, dropped at the end.
"""
