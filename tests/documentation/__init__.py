"""What only tests use: editions of the documentation as fingerprints, and the drawn status diagram."""
