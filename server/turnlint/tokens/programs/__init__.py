"""Programs that run in processes of their own: what they do can go wrong in ways that no exception covers.

`loop` is what they share. They import nothing of the program but what is in this folder.
"""
