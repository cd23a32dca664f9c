"""Starting and ending: the folder of a server, its secrets, the settings, the processes."""
