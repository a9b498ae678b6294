"""Full-screen reading and writing, in a terminal."""
