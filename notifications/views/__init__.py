"""The desk's page of a campaign, the site's health, and its figures for Prometheus."""
