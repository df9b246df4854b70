"""Who somebody is: sign-ins, passwords, codes and keys that prove it, and pseudonyms that hide it."""
