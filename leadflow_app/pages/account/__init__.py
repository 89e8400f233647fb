"""One's own account: who one is, how it is secured, and where one is signed in."""
