"""Text for people: numbers, what comes from outside made harmless, secrets kept out."""
