"""Find mechanisms, their status and outcomes in policy texts."""
