"""Turn articles into a searchable index that can prove every quote."""
