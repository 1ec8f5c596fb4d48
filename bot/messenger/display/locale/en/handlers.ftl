handlers-failed = Something went wrong here; please try again.
