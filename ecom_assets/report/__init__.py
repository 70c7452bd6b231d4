"""The sales report: what is in it, its charts, and the page. Knows nothing of Dagster."""
