"""The server: pages on which several people work on one book, each seeing what their work needs.

``running`` starts it (the folder, its secrets, the settings, the processes), ``models`` is what it keeps beside the
book (accounts, roles, drafts, reviews that were run), ``permissions`` answers every question of what somebody may,
``doors`` puts that answer before every page, ``signing_in`` is passwords, second factors and locks, ``records`` leads
to the book, and ``pages`` is what is seen. It holds no rule of the field. Django and all that stands on it are loaded
here and nowhere else.
"""
