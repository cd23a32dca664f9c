"""Confidential reports on the pages: nothing of who asks is kept (``unseen``), floods are held off without knowing
anybody (``limits``), and what is sealed is kept and found (``keeping``)."""
