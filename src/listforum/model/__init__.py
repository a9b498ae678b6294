"""The nouns of the domain.

Times are whole seconds since 1970 UTC; sizes are bytes as the server counts them. Message-IDs stand without angle
brackets. Text is decoded but not made safe for a terminal: that is `mail.safe`'s work, at the edge.
"""
