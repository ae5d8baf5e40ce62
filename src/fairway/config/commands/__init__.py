"""The commands of ./fairway, one module for each noun they work on."""
