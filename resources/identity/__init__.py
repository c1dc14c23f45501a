"""How people and programs are told apart: e-mail addresses, passwords, keys, session tokens."""
