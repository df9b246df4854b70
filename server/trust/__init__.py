"""Identity: the sign-ins, passwords, codes and keys that prove it, and the pseudonyms that hide it."""
