"""The loss and what it is made of, one function per formula."""
