"""From posts to topics: what each post says about its parent, and the forest that follows from it. Pure."""
