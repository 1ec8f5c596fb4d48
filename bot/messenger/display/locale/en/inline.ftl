inline-hint = Write a question, or ask me in private
inline-slow = Keep typing, or ask me in private
