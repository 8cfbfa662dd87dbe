"""WIT as text: characters to tokens to a tree with places, nothing resolved."""
