"""A person's pages about their own data, and this app's part of the desk."""
