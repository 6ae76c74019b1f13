"""Write what hosts of autograders need to grade with day89."""
