"""How people sign in: their second step, sessions and keys for programs, the administrators' view of them, the log."""
