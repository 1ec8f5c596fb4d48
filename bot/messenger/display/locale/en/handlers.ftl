handlers-failed = Something went wrong here; please try again.
handlers-given-up = Sorry, I cannot work on this message and have put it aside. Please ask in other words.
