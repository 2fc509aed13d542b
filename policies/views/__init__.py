"""The public pages and the desk."""
