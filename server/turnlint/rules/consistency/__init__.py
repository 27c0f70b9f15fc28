"""Rules about rows that contradict each other, or differ from the rest for no reason."""
