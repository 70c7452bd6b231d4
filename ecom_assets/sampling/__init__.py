"""What a sample of a producer's lines tells: which mapping fits it, or one that is proposed."""
