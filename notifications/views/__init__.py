"""The desk's page of a campaign, and the site's health."""
