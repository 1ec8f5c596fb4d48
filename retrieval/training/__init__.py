"""How the packaged reader was trained; nothing here runs when questions are answered."""
