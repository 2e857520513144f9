"""The verbs as a person types them."""
