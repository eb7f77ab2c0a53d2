"""Signs: what the words of a message say of it. Pure; a machine proposes, people decide."""
