pressing-unknown = I do not know this button any more. Please ask again.
pressing-forgotten = This answer is no longer kept. Please ask again.
pressing-helpful = Thank you, noted.
pressing-unhelpful = Thank you, noted. Names and dates in the question often help.
