"""What stands on the screen, as pure functions: lines made of styled spans, measured in terminal cells."""
