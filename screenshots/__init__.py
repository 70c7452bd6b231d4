"""`make screenshots`: the pictures of README and docs, taken from a real run in a browser.

A tool for those who work on the project; nothing of the product imports it.
"""
