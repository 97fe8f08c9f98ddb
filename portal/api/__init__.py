"""/api/v1, one file per noun, over the same services as the pages."""
