"""A person's own pages, and this app's part of the desk."""
