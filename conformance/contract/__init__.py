"""What is documented. Reads schemas/; imports no AWS library."""
