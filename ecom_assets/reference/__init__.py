"""`make docs`: what the documentation takes from the code, put into its pages.

Prose is written by hand, in the pages themselves.
"""
