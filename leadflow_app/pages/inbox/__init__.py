"""The inbox: conversations, the thread of one, and who it is with."""
